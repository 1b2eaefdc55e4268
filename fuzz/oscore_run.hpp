// Runs a program against a server with OSCORE, on a virtual clock: clients with keys, and an attacker without. Clients
// send protected and plain requests, hold them back, send copies, and leave out numbers. The attacker sends raw bytes,
// and changes datagrams. A changed datagram may be sealed again, if its number is one that the client has not used: so
// strange options and plaintexts get past the tag. The server starts again, with the numbers in its storage; its
// storage and its socket fail; contexts get new keys.
//
// The oracle (oscore_oracle.hpp) checks each message. At the end of each program each client must still be served.
// Then all fall silent: all tables must be empty once the timeouts are over.
//
// The input begins with a byte for the composition (bit 0), for the clock (bit 1: it wraps around soon), for the
// numbers in the storage (bit 2: those of client 2 are nearly used up), for the windows (bit 3: synchronised at the
// start) and for the clients that never come back (bits 4 to 7), and a byte for the clients that acknowledge (bits 0
// to 3). Then follow the steps, each a byte and its operands: see `step`.
#pragma once

#include "memory_clock.hpp"
#include "oscore_program.hpp"

namespace mincoap::fuzz {

// A socket that lends memory of exactly the size that the server may use.
struct lending_wire : wire {
    std::size_t room = 192;
    std::unique_ptr<byte[]> lent;

    net::status receive(mutable_bytes& buffer, net::arrival& about) {
        if (incoming.empty()) return net::status::would_block;
        const std::size_t size = std::max({room, net::min_lent_size, incoming.front().data.size()});
        const std::size_t most = std::min(size, buffer.size());
        lent = std::make_unique<byte[]>(most);
        buffer = {lent.get(), most};
        return wire::receive(buffer, about);
    }
};

// Keeps numbers by the client, whose tag is its index and one.
struct number_storage {
    std::map<std::size_t, std::uint64_t>& kept;
    bool works = true;
    unsigned writes = 0;

    bool reserve(const security::oscore::context& of, std::uint64_t number) {
        ++writes;
        if (works) require(number > kept[of.tag - 1U]), kept[of.tag - 1U] = number;
        return works;
    }
};

// ---- Compositions

struct with_errors {
    static constexpr bool is_silent = false;
    deduplicate<4, 64> repeated;
    observers<3, 56> observing;
    separate<2, 5000>::with_oscore waiting;
    static auto guard(const security::key& key) { return echo_guard{key}; }
    static auto layer(auto& table, auto cipher, auto& kept) { return oscore{table, cipher, kept}; }
};
struct in_silence {
    static constexpr bool is_silent = true;
    deduplicate<3, 40, every_request> repeated;
    observers<2, 80, 2> observing;
    separate<1, 30'000>::with_oscore waiting;
    static auto guard(const security::key& key) { return echo_guard{key}.preemptive(); }
    static auto layer(auto& table, auto cipher, auto& kept) { return oscore{table, cipher, kept}.silent(); }
};

// One start of the server: all that is lost with the power.
template <typename Cipher, typename Composition>
struct started_server {
    using table_type = security::oscore::kept_contexts<client_count>;

    security::key key;
    watch<0> outer;
    watch<1> behind_copies;
    inside_watch inside;
    table_type contexts;
    Composition composition;
    std::unique_ptr<server_memory<192>> memory = std::make_unique<server_memory<192>>();
    decltype(Composition::guard(key)) guard = Composition::guard(key);
    decltype(Composition::layer(contexts, Cipher{}, std::declval<number_storage&>())) layer;
    server<lending_wire, decltype(protected_site), server_memory<192>&, decltype(guard)&, decltype(outer)&,
           decltype(composition.repeated)&, decltype(behind_copies)&, decltype(layer)&, decltype(inside)&,
           decltype(composition.observing)&, decltype(composition.waiting)&, no_response>
        running;

    started_server(const security::key& k, lending_wire& socket, number_storage& kept)
        : key(k), layer(Composition::layer(contexts, Cipher{}, kept)),
          running(socket, protected_site, *memory, guard, outer, composition.repeated, behind_copies, layer, inside,
                  composition.observing, composition.waiting, no_response{}) {}

    context_table copied_contexts() {
        context_table all;
        std::memcpy(static_cast<void*>(all.data()), contexts.all().data(), sizeof all);
        return all;
    }
};

template <typename Cipher, typename Composition>
class oscore_run : clockwork<oscore_run<Cipher, Composition>> {
    friend clockwork<oscore_run>;
    using clockwork<oscore_run>::pass;
    using clockwork<oscore_run>::rest;
    using clockwork<oscore_run>::now_ms;

public:
    oscore_run(program p, std::uint64_t seed, unsigned how, unsigned acking)
        : program_(p), seed_(seed), alive_(~how >> 4 & 15), acking_(acking & 15),
          start_ms_((how & 2) != 0 ? 0xffff'ffffU - 20'000U : 1'000'000U) {
        oracle_.kept[1] = 0;
        oracle_.kept[2] = (how & 4) != 0 ? number_limit - 130 : 0;
        for (std::size_t i = 0; i < client_count; ++i) renew(i);
        start();
        if ((how & 8) != 0) synchronise_all();
    }

    void all() {
        for (unsigned steps = 0; !program_.is_over() && steps < 200; ++steps) {
            step(program_.next());
            rest();
        }
        become_good();
        fall_silent();
    }

private:
    using started = started_server<watched<Cipher>, Composition>;
    using client = oscore_peer<Cipher>;
    static constexpr byte most_contexts = 63;  // and one at the end; 64 can be told apart (docs/limits.md)
    static constexpr time_ms longest_run = 40ULL * 24 * 3'600'000;

    // ---- Starts and keys

    void start() {
        ++starts_;
        wire_.is_holding = false;
        state.started.clear();
        server_of_ =
            std::make_unique<started>(security::key{static_cast<std::uint32_t>(seed_), starts_, 3, 4}, wire_, storage_);
        server_of_->running.start_message_ids_at(static_cast<std::uint16_t>(starts_ * 4099));
        oracle_.restarted();
        renew(0);
        for (std::size_t i = 0; i < client_count; ++i) add(i);
    }
    // Makes new keys for a client.
    void renew(std::size_t i) {
        test::shared_secret secret;
        secret.secret = test::text_packet(std::to_string(seed_) + "/" + std::to_string(++secrets_));
        secret.client_id = i == 0 ? test::packet{"c0c1c2c3c4c5c6"} : test::packet{};
        if (i == 1) secret.id_context.emplace();
        if (i == 2) secret.id_context.emplace("b0b1b2b3b4b5b6b7");
        oracle_.model.clients[i] = std::make_unique<client>(secret);
        if (i != 0) oracle_.model.clients[i]->keys.kid_context = secret.id_context;
    }
    // Client 0 has new keys at each start, and the others keep theirs.
    void add(std::size_t i) {
        client& c = *oracle_.model.clients[i];
        const auto tag = static_cast<byte>(i + 1);
        c.window = {}, c.is_known = true, c.is_synchronised = i == 0;
        const auto* const made =
            i == 0 ? server_of_->contexts.template add<Cipher>(c.secret.of_server(), tag)
                   : server_of_->contexts.template restore<Cipher>(c.secret.of_server(), oracle_.kept[i], tag);
        require(made == &server_of_->contexts.all()[i]);
    }
    void remove() {
        client& c = *oracle_.model.clients[0];
        if (!std::exchange(c.is_known, false)) return;
        server_of_->contexts.remove(server_of_->contexts.all()[0]);
        oracle_.removed(0);
    }
    void change_keys() { remove(), renew(0), add(0); }
    bool is_last() const { return server_of_->contexts.all()[0].generation == most_contexts; }

    // ---- Steps

    void step(unsigned what) {
        switch (what & 15) {
            case 5: return deliver(plain_request(wish{program_}));
            case 6: return send_raw_plaintext();
            case 7: return send_raw_option();
            case 8: return copy(program_.next());
            case 9: return react(program_.next());
            case 10: return pass(std::min(duration(program_.next()), longest_run - oracle_.now));
            case 11: return change(program_.next());
            case 12: return complete(program_.next());
            case 13: return control(program_.next());
            case 14: return send_raw(program_.next());
            case 15: return send_changed();
            default: return ask();
        }
    }
    // Each message comes at another millisecond.
    void deliver(datagram d) {
        pass(1);
        sent_.push_back(d);
        wire_.incoming.push_back(std::move(d));
    }
    void deliver(datagram d, const protection& how) {
        if (how.is_held_back()) sent_.push_back(std::move(d));
        else deliver(std::move(d));
    }
    datagram plain_request(const wish& w) {
        const auto& echoes = oracle_.echoes[w.peer()];
        const bool has_echo = w.has_echo() && !echoes.empty();
        return request_of(w, next_id_++, has_echo ? echoes.back().first : std::vector<byte>{}, tag_of_body_);
    }
    void ask() {
        const wish w{program_};
        ask(w, protection{program_});
    }
    void ask(const wish& w, const protection& how) {
        const datagram plain = plain_request(w);
        send_sealed(plain, how, plaintext_of(*plain.view(), how.observes_inside()));
    }
    void send_sealed(const datagram& plain, const protection& how, const test::packet& plaintext) {
        auto& keys = oracle_.model.clients[how.client()]->keys;
        const std::uint64_t number = keys.next_number + how.left_out();
        if (number >= number_limit) return;
        keys.next_number = number;
        const auto context = std::exchange(keys.kid_context, how.has_id_context() ? keys.kid_context : std::nullopt);
        const test::packet value = keys.option_value(number);
        keys.kid_context = context;
        deliver(sealed(unsealed(plain, how, value, plaintext)), how);
    }
    // A request whose code, options and payload are the program's.
    void send_raw_plaintext() {
        const wish w{program_};
        const protection how{program_};
        const test::packet plaintext{bytes{raw(program_.next())}};
        if (plaintext.size() != 0) send_sealed(plain_request(w), how, plaintext);
    }
    // A request whose OSCORE option is the program's.
    void send_raw_option() {
        const wish w{program_};
        const protection how{program_};
        const std::vector<byte> value = raw(program_.next() & 31);
        const datagram plain = plain_request(w);
        deliver(sealed(unsealed(plain, how, value, plaintext_of(*plain.view(), true))), how);
    }
    // Encrypts the payload of a message in place, if its option names a client that has not used that number.
    datagram sealed(datagram d) {
        const auto read = d.view();
        const auto value = read ? read->options().find(option::oscore) : std::nullopt;
        const auto named = value ? read_option(value->value) : std::nullopt;
        client* const c = named ? oracle_.model.find(*named) : nullptr;
        if (c == nullptr || named->number < c->keys.next_number || read->payload().size() < security::tag_size)
            return d;
        const bytes text = read->payload().first(read->payload().size() - security::tag_size);
        const test::packet made = c->keys.encrypt(test::packet{text}, named->number);
        std::ranges::copy(made.view(), d.data.end() - static_cast<std::ptrdiff_t>(made.size()));
        c->keys.next_number = named->number + 1;
        return d;
    }
    void copy(unsigned which) {
        if (sent_.empty()) return;
        datagram d = sent_[sent_.size() - 1 - (which & 15) % sent_.size()];
        if ((which & 0x10) != 0) d.peer = which >> 5 & 3;
        deliver(d);
    }
    // The low bits say which datagram, bit 4: it is sealed again, bit 5: it ends there, bits 6 and 7: the sender.
    void send_changed() {
        const unsigned which = program_.next(), place = program_.next(), by = program_.next();
        if (sent_.empty()) return;
        datagram d = sent_[sent_.size() - 1 - (which & 15) % sent_.size()];
        if (d.data.empty()) return;
        d.peer = which >> 6;
        byte& changed = d.data[place % d.data.size()];
        changed = static_cast<byte>(changed ^ by);
        if ((which & 0x20) != 0) d.data.resize(place % d.data.size());
        deliver((which & 0x10) != 0 ? sealed(d) : d);
    }
    void send_raw(unsigned how) {
        datagram d{how & 3, locals[0], raw(program_.next()), (how & 4) != 0};
        deliver((how & 0x10) != 0 ? sealed(d) : d);
    }
    std::vector<byte> raw(unsigned length) { return to_vector(program_.next(length & 127)); }

    // An Acknowledgement or Reset, as in memory.cpp.
    void react(unsigned how) {
        if (emitted_.empty()) return;
        const datagram& m = emitted_[emitted_.size() - 1 - (how & 7) % emitted_.size()];
        const auto id = static_cast<std::uint16_t>(m.id() + ((how & 0x10) != 0 ? 1 : 0));
        const std::size_t peer = (how & 0x20) != 0 ? how >> 6 & 3 : m.peer;
        deliver(empty_message(peer, m.local, (how & 8) != 0 ? 3 : 2, id));
    }
    void change(unsigned how) {
        const char path = "rcbwsfss"[how & 7];
        if ((how & 7) == 7) padding = program_.next() % 192;
        if (path == 's' && (how & 0x20) != 0) state.of_s = static_cast<mood>(how >> 6);
        fuzz::change(path);
        const std::string_view segment{&path, 1};
        server_.changed({&segment, 1}, (how & 8) != 0 ? message::type::confirmable : message::type::non_confirmable);
    }
    void complete(unsigned how) {
        if (state.started.empty()) return;
        const ticket t = state.started[state.started.size() - 1 - (how & 15) % state.started.size()];
        server_.complete(t, (how & 0x10) != 0 ? reply{code::service_unavailable} : content("done"));
    }
    void control(unsigned how) {
        constexpr net::status statuses[] = {net::status::done, net::status::would_block, net::status::failed};
        const unsigned with = how >> 4;
        switch (how & 7) {
            case 0: return void(wire_.sends = statuses[with % 3]);
            case 1: return void(storage_.works = (with & 1) != 0);
            case 2: return void(wire_.room = net::min_lent_size + program_.next() % 153);
            case 3: return start();
            case 4: return synchronise(with % client_count);
            case 5: return (with & 1) != 0 || is_last() ? remove() : change_keys();
            case 6: return void(listening_ = with);
            default: return void(acking_ = with);
        }
    }

    // ---- Synchronisation (§B.1.2): a request draws a challenge, and is sent again with its Echo option

    void synchronise(std::size_t i) {
        if (!oracle_.model.clients[i]->is_known) return;
        for (unsigned tries = 0; tries < 2; ++tries) read_level_by(i);
    }
    void read_level_by(std::size_t i) {
        ask(wish{0x20 | static_cast<unsigned>(i), 0, 0, 0}, protection{i});
        rest();
    }
    void synchronise_all() {
        for (std::size_t i = 0; i < client_count; ++i) synchronise(i);
    }

    // ---- The server

    poll_result poll() {
        wire_.begin(), calls.begin();
        server_of_->outer.begin(), server_of_->behind_copies.begin(), server_of_->inside.begin();
        const world before = state;
        const context_table contexts = server_of_->copied_contexts();
        const std::size_t observations = server_of_->composition.observing.size();
        const unsigned writes = storage_.writes;
        const poll_result became = server_.poll(now_ms());
        if (!server_.is_blocked()) wire_.is_holding = false;
        if (wire_.taken) trace(oracle_.now, "from", *wire_.taken);
        if (wire_.made) trace(oracle_.now, "to  ", *wire_.made);
        if (wire_.taken) note_answer(before, contexts, observations);
        else if (wire_.made) emitted_.push_back(*wire_.made), oracle_.emitted(*wire_.made, contexts, table());
        if (!wire_.taken) require(state.carried_out == before.carried_out);
        if (storage_.writes != writes) require(calls.opened == 1 || !wire_.taken);  // no attacker wears out the flash
        if (wire_.delivered) acknowledge(*wire_.delivered);
        return became;
    }
    context_table table() { return server_of_->copied_contexts(); }
    void note_answer(const world& before, const context_table& contexts, std::size_t observations) {
        const datagram& d = *wire_.taken;
        started& s = *server_of_;
        require(s.outer.calls == 1 && s.behind_copies.calls <= 1);
        const std::size_t tickets = state.started.size() - before.started.size();
        require(tickets <= s.inside.calls && state.carried_out - before.carried_out <= s.inside.calls);
        if (wire_.made && d.path() == 'b') tag_of_body_ = wire_.made->number(option::etag).value_or(tag_of_body_);
        oracle_.answered(d, wire_.made,
                         {.is_new = s.behind_copies.calls == 1,
                          .is_whole = d.data.size() <= s.memory->message.size(),
                          .is_confirmed = s.outer.is_confirmed,
                          .may_number = storage_.works,
                          .has_effect = tickets != 0 || state.carried_out != before.carried_out,
                          .is_registered = s.composition.observing.size() > observations,
                          .started = tickets != 0 ? std::optional{state.started.back()} : std::nullopt,
                          .inside = s.inside,
                          .before = contexts,
                          .after = s.copied_contexts()});
    }
    void acknowledge(const datagram& m) {
        if ((listening_ & acking_ & 1U << m.peer) == 0 || !m.is_con()) return;
        wire_.incoming.push_back(empty_message(m.peer, m.local, 2, m.id()));
    }

    // ---- The end

    void become_good() {
        wire_.sends = net::status::done;
        wire_.room = 192;
        storage_.works = true;
        listening_ = acking_ = alive_;
        rest();
        pass(500'000);
        if (!oracle_.model.clients[0]->is_known) change_keys();
        for (std::size_t i = 0; i < client_count; ++i) check_served(i);
    }
    // Each client is served, whatever came in before.
    void check_served(std::size_t i) {
        const client& c = *oracle_.model.clients[i];
        if (c.keys.next_number + 3 >= number_limit) return;
        if (!c.is_synchronised && table()[i].next_number >= number_limit) return;
        synchronise(i);
        require(c.is_synchronised);
        read_level_by(i);
        const auto read = message::view::parse(oracle_.last_answer);
        require(read && read->code() == code::content && as_text(read->payload()) == std::to_string(state.level));
    }
    void fall_silent() {
        listening_ = acking_ = 0;
        pass(27 * 3'600'000);
        require(server_of_->composition.observing.size() == 0 && server_of_->composition.waiting.size() == 0);
        require(server_.idle_ms(now_ms()) == forever_ms);
    }

    program program_;
    std::uint64_t seed_;
    unsigned alive_;
    unsigned acking_;
    unsigned listening_ = 15;
    std::uint32_t start_ms_;
    std::uint16_t next_id_ = 0;
    std::uint32_t tag_of_body_ = 1;
    std::uint32_t starts_ = 0;
    unsigned secrets_ = 0;
    std::vector<datagram> sent_;
    std::vector<datagram> emitted_;
    oscore_oracle<Cipher> oracle_{Composition::is_silent};
    number_storage storage_{oracle_.kept};
    lending_wire wire_;
    std::unique_ptr<started> server_of_;
    struct {
        std::unique_ptr<started>& of;
        auto poll(std::uint32_t now) { return of->running.poll(now); }
        auto idle_ms(std::uint32_t now) const { return of->running.idle_ms(now); }
        bool is_blocked() const { return of->running.is_blocked(); }
        void changed(std::span<const std::string_view> path, message::type as) { of->running.changed(path, as); }
        bool complete(ticket t, const reply& r) { return of->running.complete(t, r); }
    } server_{server_of_};
};

template <typename Cipher>
int run_oscore(bytes input) {
    if (input.size() < 3) return 0;
    store = {}, padding = 0;
    const std::uint64_t seed = etag{input}.number();
    const program steps{input.subspan(2)};
    if ((input[0] & 1) == 0) oscore_run<Cipher, with_errors>{steps, seed, input[0], input[1]}.all();
    else oscore_run<Cipher, in_silence>{steps, seed, input[0], input[1]}.all();
    state = {}, calls = {};  // otherwise libFuzzer would look for a leak
    return 0;
}

}  // namespace mincoap::fuzz
