// Runs a program against a server with EDHOC (RFC 9528) and OSCORE, on a virtual clock: several clients with known keys
// run the three messages one after another or at once, also with the combined request (RFC 9668). Among them is one
// that the server does not know. An attacker sends copies, changed datagrams and raw bytes. A client may also send any
// fields in message_1, and any plaintext in message_3, so that these get past the tag.
//
// The oracle knows which sessions are half open. Only a right message_3 of a known client makes a context, once. No
// datagram without the right tag ends a session. Each ephemeral key is overwritten. At the end, a client is served.
//
// The input begins with a byte for the clock (bit 0: it wraps around soon). Then follow the steps, each a byte and its
// operands: see `step`.
#include <algorithm>

#include <mincoap/layer/edhoc.hpp>

#include "../tests/support/edhoc_peer.hpp"
#include "memory_clock.hpp"
#include "memory_program.hpp"
#include "oscore_model.hpp"

namespace {

using namespace mincoap;
using namespace mincoap::fuzz;
using test::packet;
using test::party;
using test::toy_curve;

using cipher = watched<identity_cipher>;
using suites = security::edhoc::p256_suites<cipher, toy_curve>;
using initiator = test::basic_edhoc_initiator<identity_cipher>;
using protected_client = test::basic_oscore_client<identity_cipher, identity_cipher>;

// The last party is not in the server's list. The second one and the last one have the kid of the first one.
constexpr std::size_t known_count = 3;
const std::array parties{party::make(61, "2b", "alice"), party::make(62, "2b", "bob"), party::make(63, "6364", "carol"),
                         party::make(64, "2b", "mallory")};
const party server_party = party::make(41, "07", "server");

std::optional<mincoap::peer> served;  // the client of the last protected request
reply who(const request& r) { return served = r.peer(), content("ok"); }

security::edhoc::credential credential_of(const party& p) { return *security::edhoc::read_ccs<suites>(p.ccs); }
const std::array known{credential_of(parties[0]), credential_of(parties[1]), credential_of(parties[2])};
const security::edhoc::own_credential<suites> own{credential_of(server_party), server_party.key};

constexpr std::size_t session_count = 2;
constexpr std::size_t context_count = 3;
constexpr time_ms session_lifetime = 247'000;

// A client between message_1 and its context, and behind.
struct client {
    std::size_t is = 0;  // the party
    initiator keys;
    bool has_message_2 = false;
    time_ms started = 0;  // when the server made message_2
    packet third;         // the right message_3
    std::optional<protected_client> peer;
};

struct device {
    using sessions_type = security::edhoc::sessions<suites, session_count>;
    using contexts_type = security::edhoc::contexts<context_count>;

    explicit device(wire& socket, const security::key& k) : key(k), server_(make(socket)) {}

    security::key key;
    sessions_type half_open{};
    contexts_type contexts{};
    security::edhoc::responder<sessions_type, contexts_type> keys{own, known, half_open, contexts};
    watch<0> outer;
    watch<1> behind_copies;
    deduplicate<4, 80> repeated;
    decltype(routes(at<"who">(protected_only(get(who))), edhoc_responder(keys), well_known_core)) site =
        routes(at<"who">(protected_only(get(who))), edhoc_responder(keys), well_known_core);
    edhoc<decltype(keys)> combined{keys};
    oscore<contexts_type, cipher> protecting{contexts, cipher{}};
    echo_guard<> guard{key};
    server_memory<256> memory;
    server<wire, decltype(site), server_memory<256>&, decltype(guard)&, decltype(outer)&, decltype(repeated)&,
           decltype(behind_copies)&, decltype(combined)&, decltype(protecting)&>
        server_;

    decltype(server_) make(wire& socket) {
        return {socket, site, memory, guard, outer, repeated, behind_copies, combined, protecting};
    }
    // The names of all contexts, which are equal as long as no context was made or has gone.
    std::vector<std::vector<byte>> names() {
        std::vector<std::vector<byte>> made;
        for (const auto& c : contexts.all())
            if (c.state != security::oscore::context_state::empty) made.push_back(to_vector(c.recipient_key));
        std::ranges::sort(made);
        return made;
    }
};

class run : clockwork<run> {
    friend clockwork<run>;

public:
    run(program p, const security::key& key, unsigned how)
        : program_(p), start_ms_((how & 1) != 0 ? 0xffff'ffffU - 20'000U : 1'000'000U), device_(wire_, key) {
        toy_curve::generated = toy_curve::forgotten = 0;
    }

    void all() {
        for (unsigned steps = 0; !program_.is_over() && steps < 100; ++steps) {
            step(program_.next());
            rest();
        }
        check_served();
        pass(session_lifetime + 1);
        require(open_sessions() == 0 && toy_curve::generated == toy_curve::forgotten);
    }

private:
    // ---- Steps

    void step(unsigned what) {
        client& c = clients_[what >> 4 & 3];
        switch (what & 15) {
            case 0: return start(c, program_.next());
            case 1: return finish(c);
            case 2: return finish_combined(c);
            case 3: return ask_protected(c);
            case 4: return start_with_fields(c);
            case 5: return finish_with_plaintext(c);
            case 6: return finish_with_fields(c);
            case 7: return post("f5" + packet{raw()});
            case 8: return post(packet{raw()});
            case 9: return combine_raw(c);
            case 10: return pass(duration(program_.next() % 0xd0));
            case 11: return copy(program_.next());
            case 12: return send_changed();
            case 13: return deliver({program_.next() & 3U, locals[0], to_vector(raw()), false});
            case 14: return void(toy_curve::has_entropy = (what & 0x10) != 0);
            default: return void(peer_ = what >> 4 & 3);
        }
    }
    bytes raw() { return program_.next(program_.next() & 127); }

    void start(client& c, unsigned how) {
        renew(c, how & 3);
        if ((how & 4) != 0) c.keys.suite = 3, c.keys.suites_i = "03";
        const std::array<packet, 4> names{"05", "27", "", "01020304050607"};
        c.keys.c_i = names[how >> 3 & 3];
        begin(c);
        require(!toy_curve::has_entropy || c.has_message_2);
    }
    void renew(client& c, std::size_t is) {
        c = {};
        c.is = is;
        c.keys = initiator{parties[is], server_party, ++ephemeral_};
    }
    // Confirms the address if the server asks for it.
    void begin(client& c) {
        const packet first = "f5" + c.keys.message_1();
        post(first);
        if (answer_ && answer_->code_byte() == 0x81) post(first);
        if (!answer_ || answer_->code_byte() != 0x44) return;
        c.has_message_2 = c.keys.read(packet{answer_->view()->payload()});
        require(c.has_message_2);
        c.started = oracle_.now;
        c.third = c.keys.message_3();
        live_.push_back(&c - clients_.data());
    }
    void start_with_fields(client& c) {
        renew(c, program_.next() & 3);
        c.keys.method = packet{program_.next(program_.next() & 3)};
        c.keys.suites_i = packet{program_.next(program_.next() & 7)};
        c.keys.ead_1 = packet{program_.next(program_.next() & 15)};
        const packet fields = c.keys.method + c.keys.suites_i;
        c.keys.suite = fields.size() != 0 ? fields[fields.size() - 1] & 1U : 0;
        begin(c);
    }
    void finish(client& c) {
        if (!c.has_message_2) return;
        const bool is_right = is_live(c) && c.is < known_count;
        post(c.keys.c_r + c.third);
        require(answer_.has_value());
        if (is_right) require(answer_->code_byte() == 0x44), become_protected(c);
        else require(answer_->code_byte() / 32U > 2);
    }
    void finish_combined(client& c) {
        if (!c.has_message_2) return;
        const bool is_right = is_live(c) && c.is < known_count;
        protected_client keys = keys_of(c);
        deliver(request(combined(c.third, keys.protect(get_who()))));
        require(answer_.has_value());
        const auto opened = keys.open(answer_->data, keys.number());
        require(opened.has_value() == is_right);
        if (is_right) c.peer = keys, check_who(c, *opened);
    }
    void ask_protected(client& c) {
        if (!c.peer) return;
        deliver(request(c.peer->protect(get_who())));
        require(answer_.has_value());
        const auto opened = c.peer->open(answer_->data, c.peer->number());
        require(opened.has_value() == has_context(c));
        if (opened) check_who(c, *opened);
    }
    // The tag of the context is the number of the client.
    static void check_who(const client& c, const protected_client::answer& opened) {
        require(opened.message[1] == 0x45 && served && served->tag == c.is);
    }
    void finish_with_plaintext(client& c) {
        if (c.has_message_2) post(c.keys.c_r + initiator::string(c.keys.seal(packet{raw()})));
    }
    // Another identifier, another MAC, or external authorization data.
    void finish_with_fields(client& c) {
        if (!c.has_message_2) return;
        const unsigned how = program_.next();
        const packet id = (how & 1) != 0 ? packet{raw()} : initiator::identifier(c.keys.kid);
        const auto mac = (how & 2) != 0 ? std::optional{packet{raw()}} : std::nullopt;
        c.keys.ead_3 = (how & 4) != 0 ? packet{raw()} : packet{};
        c.third = initiator::string(c.keys.ciphertext_3(id, mac));
        post(c.keys.c_r + c.third);
        const bool is_accepted = answer_ && answer_->code_byte() == 0x44;
        require(!is_accepted || (c.is < known_count && id == initiator::identifier(c.keys.kid)));
        if (is_accepted) return become_protected(c);
        c.keys.ead_3 = {};
        c.third = c.keys.message_3();
    }
    void combine_raw(client& c) {
        if (!c.has_message_2) return;
        protected_client keys = keys_of(c);
        const packet third{raw()};
        deliver(request(combined(third, keys.protect(get_who()))));
    }

    // ---- Datagrams

    // Behind the OSCORE option, the EDHOC option. In front of the ciphertext, message_3.
    static packet combined(const packet& third, const packet& request) {
        const auto message = message::view::parse(request).value();
        const auto options = static_cast<std::size_t>(message.payload().data() - request.view().data()) - 1;
        return packet{request.view().first(options)} + "c0 ff" + third + packet{message.payload()};
    }
    packet get_who() {
        packet message = "41 01 0000 ed b3 'who'";
        set_id(message);
        return message;
    }
    void set_id(packet& message) {
        message[2] = static_cast<byte>(++id_ >> 8);
        message[3] = static_cast<byte>(id_);
    }
    datagram request(const packet& message) const { return {peer_, locals[0], to_vector(message.view()), false}; }

    void post(const packet& payload) {
        packet message = "41 02 0000 ed bb '.well-known' 05 'edhoc' 11 41";
        set_id(message);
        if (echoes_[peer_].size() != 0) message = message + "d8 e3" + echoes_[peer_];
        deliver(request(payload.size() == 0 ? message : message + "ff" + payload));
    }
    void deliver(datagram d) {
        pass(1);
        answer_.reset(), served.reset();
        sent_.push_back(d);
        wire_.incoming.push_back(std::move(d));
        rest();
    }
    void copy(unsigned which) {
        if (sent_.empty()) return;
        datagram d = sent_[sent_.size() - 1 - (which & 15) % sent_.size()];
        if ((which & 0x10) != 0) d.peer = which >> 5 & 3;
        if ((which & 0x80) != 0 && d.data.size() > 3) d.data[3] ^= 0x80;
        deliver(d);
    }
    void send_changed() {
        const unsigned which = program_.next(), place = program_.next(), by = program_.next();
        if (sent_.empty()) return;
        datagram d = sent_[sent_.size() - 1 - (which & 15) % sent_.size()];
        if (d.data.size() < 4) return;
        byte& changed = d.data[place % d.data.size()];
        changed = static_cast<byte>(changed ^ by);
        if ((which & 0x20) != 0) d.data.resize(std::max<std::size_t>(4, place % d.data.size()));
        deliver(d);
    }

    // ---- The model

    bool is_live(const client& c) const {
        const std::ptrdiff_t place = &c - clients_.data();
        return std::ranges::find(live_, place) != live_.end() && oracle_.now < c.started + session_lifetime;
    }
    protected_client keys_of(client& c) const {
        c.keys.message_3();  // exports the secrets
        const test::shared_secret secret{.secret = c.keys.master_secret,
                                         .server_id = c.keys.c_i,
                                         .client_id = c.keys.c_r,
                                         .id_context = std::nullopt};
        return protected_client{secret, c.keys.master_salt};
    }
    void become_protected(client& c) { c.peer = keys_of(c); }
    bool has_context(const client& c) {
        const auto made = device_.names();
        return std::ranges::find(made, to_vector(c.peer->sender_key())) != made.end();
    }
    std::size_t open_sessions() { return device_.half_open.size(now_ms()); }

    // ---- The server

    poll_result poll() {
        wire_.begin(), calls.begin(), device_.outer.begin(), device_.behind_copies.begin();
        const std::size_t sessions = open_sessions();
        const auto contexts = device_.names();
        const std::uint32_t generated = toy_curve::generated, forgotten = toy_curve::forgotten;
        const poll_result became = server_.poll(now_ms());
        if (!wire_.taken) return became;
        trace(oracle_.now, "from", *wire_.taken);
        if (wire_.made) trace(oracle_.now, "to  ", *wire_.made), note_answer(*wire_.made);
        const std::uint32_t made = toy_curve::generated - generated, gone = toy_curve::forgotten - forgotten;
        require(toy_curve::generated - toy_curve::forgotten == open_sessions());
        require(made <= 1 && (made == 0 || device_.outer.is_confirmed));
        if (device_.behind_copies.calls == 0) require(made == 0 && gone == 0 && calls.opened == 0);
        // Without the right tag, a session ends only to make place for another one.
        if (calls.right == 0) require(gone <= made + (sessions == session_count ? 1 : 0));
        if (calls.right == 0 && !device_.outer.is_confirmed) require(gone == 0);
        follow_sessions();
        if (device_.names() != contexts) check_admission();
        return became;
    }
    void note_answer(const datagram& m) {
        answer_ = m;
        require(m.view().has_value());
        if (m.view()->options().find(option::oscore)) return;
        if (const auto echo = m.view()->options().find(option::echo)) echoes_[m.peer] = packet{echo->value};
        require(calls.sealed == 0);
    }
    // `begin` notes new sessions. One ends with its message_3, or makes place for another one.
    void follow_sessions() {
        std::erase_if(live_, [this](std::ptrdiff_t i) {
            const client& c = clients_[static_cast<std::size_t>(i)];
            const auto* const s = c.has_message_2 ? device_.half_open.find(c.keys.c_r, now_ms()) : nullptr;
            return s == nullptr || to_vector({s->th_3.value(), 32}) != to_vector(c.keys.th.view());
        });
    }
    // One context more, and its client has just sent the right message_3.
    void check_admission() {
        require(calls.right >= 1);
        const auto is_sender = [this](const client& c) {
            return c.has_message_2 && c.is < known_count &&
                   !std::ranges::search(wire_.taken->data, to_vector(c.third.view())).empty();
        };
        require(std::ranges::any_of(clients_, is_sender));
    }

    // ---- The end

    void check_served() {
        toy_curve::has_entropy = true;
        wire_.incoming.clear();
        client& c = clients_[0];
        start(c, 0);
        finish_combined(c);
        require(c.peer.has_value());
        ask_protected(c);
    }

    struct {
        time_ms now = 0;
        void rest() {}
    } oracle_;
    program program_;
    std::uint32_t start_ms_;
    wire wire_;
    device device_;
    decltype(device_.server_)& server_ = device_.server_;
    std::array<client, 4> clients_;
    std::vector<std::ptrdiff_t> live_;
    std::array<packet, peer_count> echoes_;
    std::optional<datagram> answer_;
    std::vector<datagram> sent_;
    std::size_t peer_ = 0;
    std::uint16_t id_ = 0;
    std::uint32_t ephemeral_ = 90'000;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const security::key key{etag{bytes{data, size}}.number(), 1, 2, 3};
    run{program{bytes{data + 1, size - 1}}, key, data[0]}.all();
    calls = {};
    return 0;
}
