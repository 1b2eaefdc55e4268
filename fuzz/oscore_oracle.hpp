// The promises of a server with OSCORE (RFC 8613), for each datagram that comes in. The oracle has the keys of all
// clients.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "memory_site.hpp"
#include "oscore_model.hpp"

namespace mincoap::fuzz {

using context_table = std::array<security::oscore::context, client_count>;

// A layer inside of `oscore` that notes the request and the answer.
struct inside_watch {
    unsigned calls = 0;
    bool is_confirmed = false;
    std::optional<mincoap::peer> peer;
    std::vector<byte> request, answer;

    void begin() { *this = {}; }
    std::size_t receive(exchange& x, auto next) {
        ++calls;
        is_confirmed = x.from.confirmed;
        peer = x.request.peer();
        request.assign(x.header(), x.header() + x.size);
        const std::size_t size = next(x);
        answer.assign(x.header(), x.header() + size);
        return size;
    }
};

// The effects of a poll, besides its message.
struct looks {
    bool is_new;         // it is no copy that `deduplicate` has answered
    bool is_whole;       // the datagram fitted the server's memory
    bool is_confirmed;   // by the guard
    bool may_number;     // the storage works
    bool has_effect;     // on the site
    bool is_registered;  // there is one observation more
    std::optional<ticket> started;
    const inside_watch& inside;
    const context_table& before;
    const context_table& after;
};

// A request whose messages come later: an observation, or a separate response.
struct bond {
    std::size_t peer;
    std::vector<byte> token;
    std::optional<std::size_t> client;  // none for a plain request
    std::uint64_t number = 0;           // the request's
    bool is_observed_outside = false;
    bool is_observation = false;
    char path = ' ';
    std::size_t asked = 0;  // the bytes of a FETCH's payload
    std::uint32_t last = 0;
};

// Options of a message, without the value of Observe.
inline auto content_of(const message::view& of) {
    std::vector<std::pair<unsigned, std::vector<byte>>> all;
    for (const message::option_view o : of.options())
        all.emplace_back(number_of(o.number), o.number == option::observe ? std::vector<byte>{} : to_vector(o.value));
    return std::pair{all, to_vector(of.payload())};
}

template <typename Cipher>
class oscore_oracle {
public:
    explicit oscore_oracle(bool is_silent) : is_silent_(is_silent) {}

    oscore_model<Cipher> model;
    std::map<std::size_t, std::uint64_t> kept;  // by client: the number in the storage
    time_ms now = 0;
    std::array<std::vector<std::pair<std::vector<byte>, time_ms>>, peer_count> echoes;
    std::vector<byte> last_answer;  // decrypted

    void rest() {}
    // The server has started again.
    void restarted() {
        bonds_.clear(), known_.clear();
        for (auto& e : echoes) e.clear();
        traffic_ = {};
        last_new_ = {};
    }
    // The context of the client is gone.
    void removed(std::size_t client) {
        std::erase_if(bonds_, [client](const bond& b) { return b.client == client; });
    }

    // ---- The server has taken a datagram, and answered it with `made` or with nothing

    void answered(const datagram& d, const std::optional<datagram>& made, const looks& l) {
        last_answer.clear();
        traffic_[d.peer].first += d.data.size();
        require(calls.opened <= 1 && calls.sealed <= 1 && l.inside.calls <= 1);
        if (l.is_confirmed) require(is_fresh_in(d.peer, d.data));
        verdict v;
        if (!l.is_new) copied(d, made, l);
        else v = l.is_whole ? model.judge(d) : verdict{}, answer_new(d, made, l, v);
        const bool is_protected = made && calls.sealed == 1;
        if (made && !is_protected) check_plain(d, *made, l.is_confirmed);
        if (l.is_new) remember(d, made, v.is);
    }

    // ---- The server has sent a message of its own

    void emitted(const datagram& m, const context_table& before, const context_table& after) {
        require(calls.opened == 0 && m.view() && m.type() <= 1);
        if (!m.view()->options().find(option::oscore)) return emitted_plain(m, before, after);
        for (bond& b : bonds_) {
            if (b.peer != m.peer || b.token != m.token() || !b.client) continue;
            const auto a = model.clients[*b.client]->keys.open(m.data, b.number);
            if (!a) continue;
            require(a->has_number);
            check_number(*b.client, a->number);
            check_unchanged(before, after, b.client);
            check_outside(m, b.is_observed_outside);
            return b.is_observation ? notified(b, *a) : responded(*a);
        }
        require(false);  // it belongs to no request, or has the wrong additional data
    }

private:
    using client = oscore_peer<Cipher>;
    using answer = typename test::basic_oscore_client<Cipher, Cipher>::answer;

    struct known_answer {
        std::vector<byte> data;
        time_ms at;
        fate was;
        unsigned copies = 0;
    };

    // ---- Copies (RFC 7252 §4.5)

    void copied(const datagram& d, const std::optional<datagram>& made, const looks& l) {
        require(calls.opened == 0 && calls.sealed == 0 && l.inside.calls == 0 && !l.has_effect);
        check_unchanged(l.before, l.after);
        const auto found = known_.find({d.peer, d.data});
        require(found != known_.end() && now - found->second.at <= 247'000);
        known_answer& k = found->second;
        if (!made || k.was == fate::plain) return;
        require(d.is_con() && made->data == k.data);
        if (k.was == fate::opened) require(++k.copies <= 4);
    }
    void remember(const datagram& d, const std::optional<datagram>& made, fate was) {
        const std::pair key{d.peer, d.data};
        // No datagram came in between, so the layer still has it.
        if (was != fate::plain && last_new_ == key && d.is_con() && known_[key].was == fate::opened)
            require(now - known_[key].at > 247'000);
        known_[key] = {made ? made->data : std::vector<byte>{}, now, was};
        last_new_ = key;
    }

    // ---- New messages

    void answer_new(const datagram& d, const std::optional<datagram>& made, const looks& l, verdict& v) {
        const bool is_refused = made ? made->code_byte() == 0x82 && calls.sealed == 0 : is_silent_ || d.type() == 1;
        if (v.may_be_malformed && v.is > fate::malformed && calls.opened == 0 && is_refused) v.is = fate::malformed;
        if (v.is == fate::proxied && made && made->code_byte() == 0x82) v.is = fate::malformed;
        if (v.is == fate::opened) return opened(d, made, l, v);
        check_unchanged(l.before, l.after);
        require(calls.sealed == 0 && calls.opened == (v.is == fate::forged && has_tag(d) ? 1 : 0));
        if (v.is == fate::plain) return plain(d, made, l);
        require(l.inside.calls == 0 && !l.has_effect && !l.is_registered);
        if (v.is != fate::proxied) check_refusal(d, made, v.is);
    }
    static bool has_tag(const datagram& d) { return d.view()->payload().size() > security::tag_size; }

    // §8.2: a plain error with Max-Age 0, or nothing.
    void check_refusal(const datagram& d, const std::optional<datagram>& made, fate is) const {
        if (is_silent_ || is == fate::dropped || (is == fate::malformed && d.type() == 1)) return require(!made);
        require(made && made->code_byte() == (is == fate::malformed ? 0x82 : is == fate::forged ? 0x80 : 0x81));
        require(made->data.size() == message::header_size + made->token().size() + 2);
        require(made->number(option::max_age) == 0U);
    }
    // The site has resources for protected requests alone, but for "r" and discovery.
    void plain(const datagram& d, const std::optional<datagram>& made, const looks& l) {
        if (l.inside.calls == 1) require(!l.inside.peer);
        const bool is_public = d.path() == 'r' || d.path() == ' ';
        require(is_public || (!l.has_effect && !l.is_registered));
        if (!made) return;
        require(!made->view()->options().find(option::oscore));
        require(is_public || made->code_byte() / 32U != 2);
        if (made->number(option::observe)) bonds_.push_back({.peer = d.peer, .token = d.token(), .client = {}});
    }

    // ---- Behind the tag

    void opened(const datagram& d, const std::optional<datagram>& made, const looks& l, const verdict& v) {
        client& c = *model.clients[v.from];
        const auto read = message::view::parse(v.request);
        const bool is_request = read && message::is_request(read->code()) && !has_option(*read);
        require(calls.opened == 1);
        c.window.all.insert(v.number);
        synchronise(c, d.peer, v, is_request, l.after[v.from].state);
        check_unchanged(l.before, l.after, v.from);
        check_window(c, l.after[v.from].window, v.number);
        require(l.inside.calls == (is_request && c.is_synchronised ? 1 : 0));
        if (l.inside.calls == 1) check_inside(d.peer, l, v);
        else require(!l.has_effect && !l.is_registered);
        if (l.started) follow_ticket(d, v);
        if (!made) return require(may_be_silent(l, c, l.before[v.from]));
        require(made->view() && made->peer == d.peer &&
                made->token() == (made->code_byte() == 0 ? std::vector<byte>{} : d.token()));
        if (made->code_byte() != 0) check_protected(d, *made, l, v, is_request);
        else require(made->data == l.inside.answer);
    }
    static bool has_option(const message::view& read) {
        for (const message::option_view o : read.options())
            if (o.number == option::oscore) return true;
        return false;
    }
    // §B.1.2: only a fresh Echo option gives the context a window.
    void synchronise(client& c, std::size_t peer, const verdict& v, bool is_request,
                     security::oscore::context_state after) {
        const bool is_ready = after == security::oscore::context_state::ready;
        if (c.is_synchronised) return require(is_ready);
        require(is_ready ? is_request && is_fresh_in(peer, v.request)
                         : !is_request || !is_surely_fresh(peer, v.request));
        if (is_ready) c.is_synchronised = true, c.window.start_at(v.number);
    }
    void check_inside(std::size_t peer, const looks& l, const verdict& v) {
        require(l.inside.request == v.request);
        require(l.inside.peer && l.inside.peer->context == v.from && l.inside.peer->tag == v.from + 1);
        require(served_.insert({to_vector(l.before[v.from].recipient_key), v.number}).second);
        if (l.inside.is_confirmed) require(l.is_confirmed || is_fresh_in(peer, v.request));
        else require(!l.is_confirmed && !is_surely_fresh(peer, v.request));
        if (l.is_registered || l.started) require(l.inside.is_confirmed);
    }
    // Without a number, the server says nothing.
    static bool may_be_silent(const looks& l, const client& c, const security::oscore::context& before) {
        if (l.inside.calls == 1) return l.inside.answer.empty();
        return !c.is_synchronised && (!l.may_number || before.next_number >= number_limit);
    }
    void check_protected(const datagram& d, const datagram& m, const looks& l, const verdict& v, bool is_request) {
        const client& c = *model.clients[v.from];
        const auto a = c.keys.open(m.data, v.number);
        require(a && a->has_number == !c.is_synchronised);
        if (a->has_number) check_number(v.from, a->number);
        check_outside(m, v.is_observed);
        last_answer = to_vector(a->message.view());
        const auto read = message::view::parse(last_answer);
        require(read.has_value());
        if (!is_request) return require(read->code() == code::bad_request);
        const bool is_challenge = !c.is_synchronised || (code_at(l.inside.answer) == 0x81 && !l.inside.is_confirmed);
        if (is_challenge) return challenged(d.peer, *read);
        const auto said = message::view::parse(l.inside.answer);
        require(said && said->code() == read->code() && content_of(*said) == content_of(*read));
        const auto inner = said->options().find(option::observe);
        require(inner.has_value() == m.number(option::observe).has_value());
        if (inner) require(inner->uint() == *m.number(option::observe)), enrol(d, v, inner->uint());
        else leave(d, v, *read, l);
    }
    static unsigned code_at(const std::vector<byte>& message) { return message.size() < 2 ? 0 : message[1]; }

    void challenged(std::size_t peer, const message::view& read) {
        const auto echo = read.options().find(option::echo);
        require(read.code() == code::unauthorized && echo && echo->value.size() == 8 && read.payload().empty());
        echoes[peer].emplace_back(to_vector(echo->value), now);
    }

    // ---- What comes later

    // §4.1.3.5: the Observe option inside decides.
    void enrol(const datagram& d, const verdict& v, std::uint32_t value) {
        const datagram inner{d.peer, d.local, v.request, false};
        require(inner.number(option::observe) == 0U);
        drop(d, v.from);
        bonds_.push_back(
            {d.peer, d.token(), v.from, v.number, v.is_observed, true, inner.path(), inner.payload().size(), value});
    }
    void leave(const datagram& d, const verdict& v, const message::view& read, const looks& l) {
        const datagram inner{d.peer, d.local, v.request, false};
        const bool is_read = read.code() == code::content && !inner.number(option::block2);
        if (inner.number(option::observe) == 1U && is_read && l.inside.is_confirmed) drop(d, v.from);
    }
    void drop(const datagram& d, std::size_t client) {
        std::erase_if(bonds_, [&](const bond& b) {
            return b.is_observation && b.client == client && b.peer == d.peer && b.token == d.token();
        });
    }
    void follow_ticket(const datagram& d, const verdict& v) {
        bonds_.push_back({d.peer, d.token(), v.from, v.number, v.is_observed});
    }
    void notified(bond& b, const answer& a) {
        const auto read = message::view::parse(a.message);
        require(read.has_value());
        const auto inner = read->options().find(option::observe);
        const bool is_success = static_cast<unsigned>(read->code()) / 32U == 2;
        require(inner.has_value() == is_success && a.outer_observe.has_value() == is_success);
        if (!is_success) return;
        const std::uint32_t value = message::to_uint(a.outer_observe->view());
        require(inner->value.empty() && a.outer_observe->size() <= 3 && is_newer(b.last, value));
        b.last = value;
        const std::string_view text = as_text(read->payload());
        require(shows(b.path, static_cast<unsigned>(read->code()), text.substr(0, text.find('.')), b.asked));
    }
    static void responded(const answer& a) {
        const auto read = message::view::parse(a.message);
        require(read && !read->options().find(option::observe) && !a.outer_observe);
        require(read->code() == code::content ? as_text(read->payload()) == "done"
                                              : read->code() >= code::internal_server_error);
    }
    void emitted_plain(const datagram& m, const context_table& before, const context_table& after) const {
        require(calls.sealed == 0);
        check_unchanged(before, after);
        const auto is_own = [&m](const bond& b) { return !b.client && b.peer == m.peer && b.token == m.token(); };
        require(std::ranges::any_of(bonds_, is_own));
        if (m.code_byte() / 32U == 2) require(shows('r', m.code_byte(), m.payload(), 0));
    }

    // ---- The outside of a protected message

    void check_number(std::size_t client, std::uint64_t number) const {
        require(number < number_limit);
        const auto found = kept.find(client);
        if (found != kept.end()) require(number < found->second);  // §B.1.1: kept before it is used
    }
    // §4.1: only Observe and OSCORE. §4.2: the code tells nothing.
    static void check_outside(const datagram& m, bool is_observed) {
        require(m.code_byte() == (is_observed ? 0x45 : 0x44));
        for (const message::option_view o : m.view()->options())
            require(o.number == option::observe || o.number == option::oscore);
    }
    // §8.2: a plain answer tells nothing, and does not amplify.
    void check_plain(const datagram& d, const datagram& m, bool is_confirmed) {
        require(m.view() && m.peer == d.peer);
        if (const auto echo = m.view()->options().find(option::echo))
            echoes[d.peer].emplace_back(to_vector(echo->value), now);
        if (m.view()->options().find(option::oscore)) return;  // a copy
        auto& [received, sent] = traffic_[d.peer];
        if (!is_confirmed) sent += m.data.size(), require(sent <= 3 * received);
    }

    // ---- Echo (RFC 9175 §2.3)

    bool has_echo(std::size_t peer, const std::vector<byte>& in, time_ms most) const {
        const auto is_there = [&](const auto& e) {
            return now - e.second <= most && !std::ranges::search(in, e.first).empty();
        };
        return std::ranges::any_of(echoes[peer], is_there);
    }
    bool is_fresh_in(std::size_t peer, const std::vector<byte>& in) const { return has_echo(peer, in, 2 * 65'536); }
    bool is_surely_fresh(std::size_t peer, const std::vector<byte>& request) const {
        const auto read = message::view::parse(request);
        if (!read) return false;
        for (const message::option_view o : read->options())  // the first one of the right size counts
            if (o.number == option::echo && o.value.size() == 8) return has_echo(peer, to_vector(o.value), 65'536);
        return false;
    }

    // ---- Contexts

    // No context has changed, but for the window and the numbers of one.
    static void check_unchanged(const context_table& before, const context_table& after,
                                std::optional<std::size_t> client = std::nullopt) {
        for (std::size_t i = 0; i < client_count; ++i) {
            security::oscore::context same;
            std::memcpy(static_cast<void*>(&same), &after[i], sizeof same);
            if (client == i) {
                require(after[i].next_number - before[i].next_number <= 1);
                same.next_number = before[i].next_number;
                same.window = before[i].window;
                same.state = before[i].state;
            }
            require(std::memcmp(&same, &before[i], sizeof same) == 0);
        }
    }
    static void check_window(const client& c, const security::oscore::replay_window& window, std::uint64_t number) {
        for (const std::uint64_t below : {0U, 1U, 2U, 30U, 31U, 32U, 33U})
            if (number >= below) require(window.is_new(number - below) == c.window.is_new(number - below));
        require(window.is_new(number + 1) == c.window.is_new(number + 1));
    }

    bool is_silent_;
    std::vector<bond> bonds_;
    std::map<std::pair<std::size_t, std::vector<byte>>, known_answer> known_;
    std::pair<std::size_t, std::vector<byte>> last_new_;
    std::array<std::pair<std::size_t, std::size_t>, peer_count> traffic_{};  // received, sent without confirmation
    std::set<std::pair<std::vector<byte>, std::uint64_t>> served_;           // the key and the number of each request
};

}  // namespace mincoap::fuzz
