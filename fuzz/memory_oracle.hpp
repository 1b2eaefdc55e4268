// What must hold of a server with memory, told from its messages alone: RFC 7252 §4 and §5.2, RFC 7641, RFC 9175 §2.4.
// The oracle sees each datagram that the server takes, and each message when the server first tries to send it.
#pragma once

#include <deque>
#include <utility>

#include "memory_copies.hpp"
#include "memory_site.hpp"

namespace mincoap::fuzz {

// The composition of the server.
struct rules {
    bool confirms = true;  // it has a guard
    unsigned nons = 5;
    time_ms patience = 5000;
};

// Three values: the server may have forgotten a `doubtful` observation, but not a `live` one.
enum class being : byte { live, doubtful, over };

struct observation {
    std::size_t peer;
    std::vector<byte> token;
    net::endpoint local;
    char path;
    std::size_t asked;  // the bytes of a FETCH's payload
    std::uint32_t number;
    std::optional<std::uint32_t> format;  // of its first 2.05
    bool is_conditional;                  // it has If-Match or If-None-Match
    being is = being::live;
    int last_id = -1;   // of its last notification; none since the registration
    unsigned nons = 0;  // in a row
    time_ms last_non = 0;
    bool is_heard = true;    // the client has acknowledged the last one
    bool is_error = false;   // the client was told that it ends
    time_ms last_sure = 0;   // the last registration or Acknowledgement
    bool is_current = true;  // its last notification shows the present state
    bool is_shown = true;    // and has reached the client
    bool is_told = true;     // there was no change since, not even to the same state
};

struct waiting_request {
    ticket number;
    std::size_t peer;
    std::vector<byte> token;
    net::endpoint local;
    std::uint16_t request_id;
    bool is_con;
    unsigned unwanted;
    time_ms due;
    bool is_complete = false;
    bool is_sent = false;
    bool is_over = false;
    unsigned code = 0xa4;  // 5.04, until it is completed
    std::string payload{};
};

// A Confirmable message on its way.
struct flight {
    std::uint16_t id;
    std::vector<byte> token;
    std::vector<byte> data;
    bool notifies;
    unsigned times;
    time_ms last;
    time_ms wait = 0;          // the first timeout, once it is known
    bool is_doubtful = false;  // the server may have forgotten it
};

struct peer_state {
    std::vector<std::pair<std::vector<byte>, time_ms>> echoes;
    std::size_t received = 0;
    std::size_t sent = 0;  // while it was not confirmed
    bool was_confirmed = false;
    std::optional<flight> con;
    std::deque<std::pair<std::uint16_t, time_ms>> ids;
};

inline std::vector<byte> without_observe(const datagram& d) {
    std::vector<byte> same = d.data;
    const auto read = d.view();
    const auto found = read->options().find(option::observe);
    if (found)
        for (std::size_t i = 0; i < found->value.size(); ++i)
            same[static_cast<std::size_t>(found->value.data() - d.data.data()) + i] = 0;
    return same;
}

class oracle {
public:
    explicit oracle(const rules& of) : rules_(of) {}

    std::vector<observation> observations;
    std::vector<waiting_request> requests;
    std::array<peer_state, peer_count> all_peers;
    time_ms now = 0;
    time_ms blocked = 0;  // when the socket last took no message

    // ---- What comes in

    // The server has taken a datagram, and answered it with `made` or with nothing.
    void answered(const datagram& d, const std::optional<datagram>& made, bool confirmed, bool is_new) {
        peer_state& p = all_peers[d.peer];
        p.received += d.data.size();
        if (confirmed) check_confirmed(d);
        p.was_confirmed = p.was_confirmed || confirmed;
        if (d.is_ack_or_reset() && !d.multicast) react(d);
        check_silence(d, made, is_new);
        if (made) check_answer(d, *made, confirmed);
        const bool deserves = confirmed || !rules_.confirms;
        if (is_new && !d.multicast && d.view()) follow(d, made, deserves);
    }
    // The handler has kept a ticket for a request.
    void waits(const datagram& d, ticket number) {
        for (const waiting_request& w : requests)
            require(w.is_over || w.peer != d.peer || w.request_id != d.id() || is_ending(w) || has_twin(w));
        require(all_peers[d.peer].was_confirmed || !rules_.confirms);
        require(!d.multicast);
        requests.push_back({number, d.peer, d.token(), d.local, d.id(), d.is_con(),
                            d.number(option::no_response).value_or(0), now + rules_.patience});
    }
    // The program has completed a ticket, and the server has taken it or not.
    void completed(ticket number, bool is_taken, unsigned code, const std::string& payload) {
        for (waiting_request& w : requests) {
            if (w.number != number) continue;
            const bool waits = !w.is_complete && !w.is_over && now < w.due;
            require(is_taken == waits || (now == w.due && !w.is_complete));
            if (is_taken) w.is_complete = true, w.code = code, w.payload = payload;
            return;
        }
        require(!is_taken);
    }

    // ---- What goes out

    // The server sends a message of its own.
    void emitted(const datagram& m) {
        const auto read = m.view();
        require(read.has_value() && m.peer < peer_count && m.type() <= 1);
        require(message::is_response(read->code()));
        require(all_peers[m.peer].was_confirmed || !rules_.confirms);
        const bool follows_doubtful = m.is_con() && make_way(m);
        const auto& con = all_peers[m.peer].con;
        const bool is_repeated = con && con->id == m.id();
        waiting_request* const w = is_repeated ? nullptr : request_of(m);
        const bool notifies = is_repeated ? con->notifies : w == nullptr;
        if (notifies) notified(m);
        if (w != nullptr) responded(*w);
        if (m.is_con()) fly(m, notifies, follows_doubtful);
        else note_id(m);
    }
    // A message has reached its client.
    void delivered(const datagram& m) {
        observation* const o = observation_of(m.peer, m.token());
        if (o != nullptr && m.type() <= 1 && (m.number(option::observe) || o->is_error))
            o->is_shown = o->is_error || shows(o->path, m.code_byte(), m.payload(), o->asked);
    }

    // ---- At rest: there is nothing to send now

    void rest() {
        for (peer_state& p : all_peers) expire(p);
        for (waiting_request& w : requests) {
            if (!w.is_over && !w.is_complete && now >= w.due) w.is_complete = true;
            if (!w.is_over && w.is_complete && !w.is_sent && is_unwanted(w)) w.is_over = true;
            if (w.is_over || !w.is_complete || w.is_sent) continue;
            require(w.is_con && all_peers[w.peer].con.has_value());  // NSTART alone delays a response
        }
        for (const observation& o : observations)
            require(o.is != being::live || now - o.last_sure <= 24 * 3'600'000 + 900'000);
    }
    // Each client that listens has the last state, and no request waits for a response.
    void consistent(unsigned listening) const {
        for (const observation& o : observations)
            require(o.is != being::live || (listening >> o.peer & 1) == 0 || o.is_shown);
        for (const waiting_request& w : requests) require((listening >> w.peer & 1) == 0 || w.is_over);
    }
    // A resource has changed.
    void changed(char path) {
        for (observation& o : observations)
            if (o.path == path && !o.is_error) o.is_shown = o.is_current = false;
    }
    // A request at that path has been carried out, and may have changed the resource.
    void touched(char path) {
        for (observation& o : observations)
            if (o.path == path) o.is_told = false;
    }

private:
    static constexpr unsigned max_retransmit = 4;
    static constexpr time_ms lifetime = 247'000;

    // ---- Answers

    // RFC 9175 §2.3: only an Echo option that the server has sent to the address confirms it. The
    // rest of the message may be malformed.
    void check_confirmed(const datagram& d) const {
        const auto shows = [&](const auto& echo) {
            return now - echo.second <= 2 * 65'536 && !std::ranges::search(d.data, echo.first).empty();
        };
        require(std::ranges::any_of(all_peers[d.peer].echoes, shows));
    }
    // RFC 7252 §4.2: each Confirmable message gets an answer, and no Acknowledgement or Reset gets one.
    void check_silence(const datagram& d, const std::optional<datagram>& made, bool is_new) const {
        if (d.is_ack_or_reset() || (d.multicast && d.is_con())) require(!made);
        else if (d.is_con() && d.view() && is_new) require(made.has_value());
    }
    void check_answer(const datagram& d, const datagram& m, bool confirmed) {
        require(m.view().has_value());
        require(m.peer == d.peer && m.local == d.local);
        require(m.is_con() == false);
        if (m.is_ack_or_reset()) require(d.is_con() && m.id() == d.id());
        else require(d.type() == 1 && m.view()->code() != code::empty), note_id(m);
        if (m.type() == 3) require(m.data.size() == 4 && !(d.view() && message::is_request(d.view()->code())));
        if (m.code_byte() != 0) require(m.token() == d.token());
        if (d.multicast) require(!is_error(m.view()->code()));
        peer_state& p = all_peers[d.peer];
        if (const auto echo = m.view()->options().find(option::echo))
            p.echoes.push_back({{echo->value.begin(), echo->value.end()}, now});
        if (!confirmed && rules_.confirms) p.sent += m.data.size(), require(p.sent <= 3 * p.received);
    }

    // ---- Registrations

    void follow(const datagram& d, const std::optional<datagram>& made, bool deserves) {
        const bool is_read = message::is_safe(d.view()->code());
        const auto asked = d.number(option::observe);
        const bool registers = made && made->number(option::observe);
        require(!registers || (is_read && asked == 0U && deserves));
        if (!is_read) return;
        if (registers) return enrol(d, *made);
        observation* const o = observation_of(d.peer, d.token());
        if (o == nullptr || !deserves || !asked || *asked > 1 || d.number(option::block2).value_or(0) > 15) return;
        const bool is_plain = made && made->code_byte() / 32U == 2 && is_observable(d.path());
        if (is_plain) return end(*o);
        if (o->is == being::live) o->is = being::doubtful;
        auto& con = all_peers[o->peer].con;
        if (con && con->notifies && con->token == o->token) con->is_doubtful = true;
    }
    void enrol(const datagram& d, const datagram& made) {
        const std::uint32_t number = *made.number(option::observe);
        require(made.view()->options().find(option::observe)->value.size() <= 3 && made.code_byte() / 32U == 2);
        const bool is_conditional = d.number(option::if_match) || d.number(option::if_none_match);
        observation fresh{d.peer, d.token(),       d.local,       d.path(), d.payload().size(),
                          number, format_of(made), is_conditional};
        fresh.last_sure = now;
        require(shows(fresh.path, made.code_byte(), made.payload(), fresh.asked));
        if (observation* const o = observation_of(d.peer, d.token())) {
            require(is_newer(o->number, number));
            end(*o);
        }
        observations.push_back(fresh);
    }
    static std::optional<std::uint32_t> format_of(const datagram& m) {
        return m.code_byte() == 0x45 ? std::optional{m.number(option::content_format).value_or(0xffff)} : std::nullopt;
    }
    observation* observation_of(std::size_t peer, const std::vector<byte>& token) {
        for (observation& o : observations)
            if (o.is != being::over && o.peer == peer && o.token == token) return &o;
        return nullptr;
    }
    // What was on its way for it counts no longer.
    void end(observation& o) {
        o.is = being::over;
        auto& con = all_peers[o.peer].con;
        if (con && con->notifies && con->token == o.token) con.reset();
    }

    // ---- Acknowledgements

    void react(const datagram& d) {
        if (d.data.size() < 4 || d.data[0] / 64 != 1) return;
        auto& con = all_peers[d.peer].con;
        const bool is_reset = d.type() == 3;
        if (con && con->id == d.id()) {
            const flight landed = *con;
            con.reset();
            if (!landed.notifies) return close(d.peer, landed.token);
            if (observation* const o = observation_of(d.peer, landed.token)) hear(*o, is_reset, is_ending(landed));
            return;
        }
        for (observation& o : observations)
            if (o.is != being::over && o.peer == d.peer && o.last_id == d.id()) return hear_again(o, is_reset);
        if (!has_sent(d.peer, d.id())) doubt_unnotified(d.peer);
    }
    // A Reset behind an Acknowledgement of the same message may count or not.
    void hear_again(observation& o, bool is_reset) {
        if (!o.is_heard || !is_reset) return hear(o, is_reset, false);
        if (o.is == being::live) o.is = being::doubtful;
    }
    // A client may guess the Message ID of a notification that the server holds back, and so end its own observation.
    void doubt_unnotified(std::size_t peer) {
        for (observation& o : observations)
            if (o.is == being::live && o.peer == peer && (o.last_id == -1 || !o.is_current)) o.is = being::doubtful;
    }
    bool has_sent(std::size_t peer, std::uint16_t id) const {
        const auto& ids = all_peers[peer].ids;
        return std::ranges::any_of(ids, [id](const auto& known) { return known.first == id; });
    }
    void hear(observation& o, bool is_reset, bool is_late) {
        o.is_heard = true;
        o.is_shown = o.is_shown || o.is_current;
        o.nons = 0;
        o.last_sure = now;
        if (is_late && o.is == being::live) o.is = being::doubtful;
        if (is_reset || o.is_error) end(o);
    }
    void close(std::size_t peer, const std::vector<byte>& token) {
        for (waiting_request& w : requests)
            if (w.peer == peer && w.token == token && w.is_sent) w.is_over = true;
    }

    // ---- Notifications and responses

    void notified(const datagram& m) {
        observation* const o = observation_of(m.peer, m.token());
        require(o != nullptr && m.local == o->local);
        const auto number = m.number(option::observe);
        const bool is_success = m.code_byte() / 32U == 2;
        require(number.has_value() == is_success && (!o->is_error || !is_success));
        if (number) {
            require(m.view()->options().find(option::observe)->value.size() <= 3 && is_newer(o->number, *number));
            o->number = *number;
            const auto format = format_of(m);
            require(!format || !o->format || *format == *o->format);
            if (!o->format) o->format = format;
            require(shows(o->path, m.code_byte(), m.payload(), o->asked));
        } else {
            require(m.is_con());  // its loss must not be the client's loss
            require(o->is_error || may_fail(*o, m.code_byte()));
            o->is_error = true;
        }
        o->last_id = m.id();
        o->is_current = true;
        const bool was_told = std::exchange(o->is_told, true);
        if (m.is_con()) return;
        require(!was_told);
        require(++o->nons <= rules_.nons);
        require(o->is_heard || now - o->last_non >= 3000);
        o->is_heard = false;
        o->last_non = now;
    }
    // One resource fails, or gets another Content-Format. A condition (If-Match) may hold no longer.
    static bool may_fail(const observation& o, unsigned response_code) {
        if (response_code == 0x8c) return o.is_conditional;
        return o.path == 's' && (response_code == 0x86 || state.of_s >= mood::gone);
    }
    bool is_unwanted(const waiting_request& w) const { return (w.unwanted << 1 >> w.code / 32 & 1) != 0; }
    waiting_request* request_of(const datagram& m) {
        for (waiting_request& w : requests) {
            const bool is_ready = w.is_complete || now >= w.due;
            if (w.is_over || !is_ready || w.is_sent || w.is_con != m.is_con()) continue;
            if (w.peer != m.peer || w.token != m.token() || w.local != m.local || is_unwanted(w)) continue;
            if (w.code == m.code_byte() && w.payload == m.payload() && !m.number(option::observe)) return &w;
        }
        return nullptr;
    }
    static void responded(waiting_request& w) {
        w.is_sent = w.is_complete = true;
        w.is_over = !w.is_con;
    }

    // ---- Retransmission

    void fly(const datagram& m, bool notifies, bool follows_doubtful) {
        auto& con = all_peers[m.peer].con;
        flight fresh{m.id(), m.token(), without_observe(m), notifies, 1, now};
        fresh.is_doubtful = follows_doubtful && notifies;
        if (con && con->id == m.id()) return repeat(*con, m);
        note_id(m);
        if (!con) return void(con = fresh);
        require(con->notifies && notifies && con->token == m.token());  // NSTART
        require(con->times <= max_retransmit);
        const unsigned times = con->times + 1;
        check_wait(*con);
        con = fresh;
        con->times = times;
    }
    void repeat(flight& con, const datagram& m) {
        if (con.is_doubtful) return void(con.last = now);
        require(con.times <= max_retransmit && con.data == without_observe(m));
        check_wait(con);
        if (con.times == 1) con.wait = now - con.last;
        else if (con.wait != 0 && blocked < con.last) require(now - con.last == con.wait << (con.times - 1));
        if (blocked >= con.last) con.wait = 0;
        ++con.times;
        con.last = now;
    }
    void check_wait(const flight& con) const {
        require(now - con.last >= 2000ULL << (con.times - 1));
        if (blocked < con.last) require(now - con.last <= 3000ULL << (con.times - 1));
    }
    void expire(peer_state& p) {
        if (!p.con) return;
        const time_ms waited = now - p.con->last;
        require(waited <= 3000ULL << (p.con->times - 1) || p.con->times > max_retransmit || p.con->is_doubtful);
        const auto peer = static_cast<std::size_t>(&p - all_peers.data());
        observation* const o = p.con->notifies ? observation_of(peer, p.con->token) : nullptr;
        const bool is_doubtful = p.con->is_doubtful && waited > 48'000;
        if (o != nullptr && (is_doubtful || is_ending(*p.con))) o->is = being::doubtful;
        if (is_doubtful) p.con.reset();
        else if (is_ending(*p.con) && waited > 48'000) give_up(peer);
    }
    // Forgets the message on its way if this one, which is another, shows that the server has
    // forgotten it. Returns true if that is doubtful: this one may be a retransmission.
    bool make_way(const datagram& m) {
        auto& con = all_peers[m.peer].con;
        if (!con || con->id == m.id()) return false;
        const bool is_doubtful = con->is_doubtful;
        const bool may_repeat = is_doubtful && con->notifies && con->token == m.token() && now - con->last <= 48'000;
        if (is_doubtful) return con.reset(), may_repeat;
        if (is_ending(*con)) give_up(m.peer);
        return false;
    }
    // The last timeout is from 32 to 48 s.
    bool is_ending(const flight& con) const { return con.times > max_retransmit && now - con.last >= 32'000; }
    bool is_ending(const waiting_request& w) const {
        const auto& con = all_peers[w.peer].con;
        return w.is_sent && con && !con->notifies && con->token == w.token && is_ending(*con);
    }
    // Two requests of a client with one token: the messages do not tell which one has its response.
    bool has_twin(const waiting_request& w) const {
        const auto is_twin = [&](const auto& o) { return &o != &w && o.peer == w.peer && o.token == w.token; };
        return std::ranges::any_of(requests, is_twin);
    }
    void give_up(std::size_t peer) {
        auto& con = all_peers[peer].con;
        const flight lost = *con;
        con.reset();
        if (!lost.notifies) return close(peer, lost.token);
        if (observation* const o = observation_of(peer, lost.token)) end(*o);
    }
    // RFC 7252 §4.4: the server uses no Message ID twice towards an endpoint within 247 s.
    void note_id(const datagram& m) {
        auto& ids = all_peers[m.peer].ids;
        while (!ids.empty() && now - ids.front().second > lifetime) ids.pop_front();
        for (const auto& [id, at] : ids) require(id != m.id());
        ids.emplace_back(m.id(), now);
    }

    rules rules_;
};

}  // namespace mincoap::fuzz
