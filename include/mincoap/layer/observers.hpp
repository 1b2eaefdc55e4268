// Observe (RFC 7641). The server sends a client a notification when a resource changes.
//
//     constexpr auto site = routes(at<"temp">(value(read_temperature)).observable());
//     server server{socket, site, echo_guard{key}, observing};      // static observers<4> observing;
//     server.changed<"temp">();      // the program has a new temperature
//
// Clients can observe each resource that can be read and whose place says `.observable()`, which
// also tells discovery. A PUT, POST, DELETE or PATCH that succeeds counts as a change at its path.
// The layer keeps up to `Count` observations: the request with up to `Bytes` bytes of token,
// options and payload, and the client's endpoint. To make a notification, and each retransmission,
// the site answers the kept request again. No message is stored. If all places are taken, or if the
// request is longer, the client gets a plain response (§4.1). Notifications are Non-confirmable,
// and a client gets at most one in 3 s. A Confirmable one comes after `Nons` of them, after a
// minute without a change since the last one, and after 24 hours. It is repeated, with the state at
// that time, until the client acknowledges it (§4.5). The layer forgets a client that rejects a
// notification, or that acknowledges none within 62 to 93 s. It also forgets a client whose
// resource is gone or has another Content-Format, after that client has got the error (§4.2). A
// notification of a body in blocks is the first block, with its ETag. The client fetches the others
// (§2.6). Only confirmed addresses can observe.
#pragma once

#include <mincoap/layer/observation.hpp>
#include <mincoap/message/path_hash.hpp>

namespace mincoap {

template <std::size_t Count, std::size_t Bytes = 40, unsigned Nons = 5, transmission Timing = {}>
class observers : detail::observation_rules {
    static_assert(Count >= 1 && Count <= 65'535, "mincoap: observers keeps 1 to 65,535 observations");
    static_assert(Bytes >= message::max_token_size && Bytes <= 251, "mincoap: an observation keeps 8 to 251 bytes");
    static_assert(Nons <= 200, "mincoap: at most 200 notifications are Non-confirmable in a row");

public:
    using once = struct observers_kind;

    template <typename, typename Inside>
    static consteval void check() {
        detail::check_guard_in_front<Inside>();
    }

    // The Observe option's value and one; 0: there is none. An observation keeps the options up to
    // `kept_end`, which are those in front of an Echo option.
    struct seen {
        std::uint32_t asked = 0;
        const byte* kept_end = nullptr;
    };
    static void option(seen& noted, const message::option_view& o) {
        if (o.number >= option::echo) return;
        noted.kept_end = o.value.data() + o.value.size();
        if (o.number == option::observe && noted.asked == 0 && o.value.size() <= 3) noted.asked = o.uint() + 1;
    }

    std::size_t receive(exchange& x, const seen& noted, auto next) {
        if (used_ != 0 && detail::is_ack_or_reset(x) && react(x)) return 0;
        const bool is_read = message::is_safe(x.method);
        const bool is_meant = is_read ? noted.asked - 1 <= 1 && (x.request.critical_options & demand::later_block) == 0
                                      : used_ != 0 && is_answerable(x);
        if (!is_meant || x.error != message::parse_error::none || (is_read && x.from.multicast)) return next(x);
        if (is_read && !next.may_be_observed) return next(x);
        return follow(x, noted, next);
    }

    // The response to a request that is kept has the Observe option. A notification has the
    // Content-Format of the first response, or is 4.06 (§4.2).
    reply serve(exchange& x, const request& r, auto next) {
        reply said = next(r);
        if (x.observe != 0) check_format(x, said);
        return said;
    }

    std::size_t emit(exchange& x, auto next) {
        std::uint32_t least = day_ms;
        for (std::size_t i = 0; i < Count; ++i) {
            entry& e = entries_[at_];
            at_ = at_ + 1 == Count ? 0 : at_ + 1;
            const std::uint32_t left = e.size == 0 ? day_ms : left_of(e, x.now_ms(), next.all());
            if (left == 0) return notify(x, e, next);
            if (left < least) least = left;
        }
        wake_ms_ = x.now_ms() + least;
        return next.emit(x);
    }
    std::uint32_t idle_ms(std::uint32_t now_ms, const auto& /*all*/) const {
        return used_ == 0 ? forever_ms : left_until_ms(wake_ms_, now_ms);
    }
    bool awaits(const net::endpoint& remote) const {
        for (const entry& e : entries_)
            if (is_in_flight(e) && detail::is_same(e.remote, remote)) return true;
        return false;
    }

    // See `server::changed`.
    void changed(message::path_hash path, message::type as) {
        for (entry& e : entries_) {
            if (e.size == 0 || e.path != short_of(path)) continue;
            if (e.pending == 0 && !is_in_flight(e)) e.due_ms -= e.unheard == 0 ? day_ms : settling_ms - spacing_ms;
            if (e.pending != con_change) e.pending = as == message::type::confirmable ? con_change : change;
            wake_ms_ = e.due_ms - day_ms;
        }
    }

    // How many observations there are.
    std::size_t size() const { return used_; }

    // The memory that one observation takes besides its bytes, in bytes.
    static constexpr std::size_t entry_overhead() { return sizeof(entry) - Bytes; }

private:
    using entry = detail::observation<Bytes>;

    static bool is_in_flight(const entry& e) { return e.unheard > Nons; }

    // ---- Requests

    // Has the layers inside answer a request that begins or ends an observation, or that may change
    // a resource. An unconfirmed client gets 4.01, of which the guard makes a challenge.
    [[gnu::noinline]] std::size_t follow(exchange& x, const seen& noted, auto next) {
        const message::path_hash path{x.request.path()};
        const bool is_read = message::is_safe(x.method);
        if (is_read) begin(x, noted, path, next);
        const std::size_t size = next(x);
        // A response that is left out (RFC 7967) leaves no error in the header.
        if (!is_read && !is_error(message::code_of(x.header()))) changed(path, message::type::non_confirmable);
        if (is_read && asked_ != nullptr && (x.observe == 0 || size == 0 || !is_success(x))) release(*asked_);
        return size;
    }
    // Forgets the observation of the endpoint and token. Keeps the request if it begins a new one.
    void begin(exchange& x, const seen& noted, message::path_hash path, auto next) {
        asked_ = nullptr;
        x.observe = may_not;
        if (!next.deserves_memory(x)) return;
        x.observe = 0;
        entry* const e = place_for<decltype(next)>(x);
        if (e == nullptr || noted.asked != enroll || !keep<decltype(next)>(x, noted.kept_end, *e)) return;
        e->id_offset = next.message_id_offset(x.from.route.remote);
        e->path = short_of(path);
        asked_ = e;
        number(x);
    }
    // Forgets the observation of that endpoint and token. Returns a free place, or null.
    template <typename Next>
    entry* place_for(const exchange& x) {
        entry* free = nullptr;
        for (entry& e : entries_) {
            if (e.is_of(x) && Next::has_peer_of(x, e.kept.data() + e.size)) release(e);
            if (e.size == 0) free = &e;
        }
        return free;
    }
    // Keeps the request without an Echo option, or all of it if it has a payload.
    template <typename Next>
    bool keep(const exchange& x, const byte* kept_end, entry& e) {
        const byte* const header = x.header();
        const std::size_t size = x.request.payload().empty() ? static_cast<std::size_t>(kept_end - header) : x.size;
        if (size > e.kept.size() - Next::protection_size) return false;
        e.local = locals_.acquire(x.from.route.local);
        if (e.local == decltype(locals_)::none) return false;
        ++used_;
        wake_ms_ = x.now_ms();
        e.due_ms = x.now_ms() + day_ms;
        e.size = static_cast<byte>(size);
        e.pending = 0;
        detail::copy_endpoint(x.from.route.remote, e.remote);
        copy_bytes(header, size, e.kept.data());
        Next::keep_protection(x, e.kept.data() + size);
        e.kept[0] &= static_cast<byte>(~non_confirmable_bit);  // the site answers it always
        return true;
    }
    void release(entry& e) {
        e.size = e.unheard = 0;
        --used_;
        locals_.release(e.local);
    }

    // The client has acknowledged or rejected a notification (§4.5).
    [[gnu::noinline]] bool react(const exchange& x) {
        wake_ms_ = x.now_ms();
        const std::uint16_t id = message::message_id_of(x.header());
        for (entry& e : entries_) {
            if (e.unheard == 0 || message::message_id_of(e.kept.data()) != id) continue;
            if (!detail::is_same(e.remote, x.from.route.remote)) continue;
            e.due_ms = x.now_ms() + (e.pending != 0 ? 0 : day_ms);
            e.unheard = 0;
            if (detail::is_reset(x) || e.format == ended) release(e);
            return true;
        }
        return false;
    }

    // ---- Notifications

    // For how long nothing is sent for an entry. NSTART: a CON waits for others to the client.
    std::uint32_t left_of(entry& e, std::uint32_t now_ms, const auto& all) {
        const std::uint32_t left = left_until_ms(e.due_ms, now_ms);
        if (left != 0) return left;
        if (e.pending != change && e.unheard < Nons) e.unheard = Nons;
        return e.unheard == Nons && all.awaits(e.remote) ? held_ms : 0;
    }

    [[gnu::noinline]] std::size_t notify(exchange& x, entry& e, auto next) {
        if (e.unheard > Nons + Timing.max_retransmit) return release(e), 0;
        locals_.set_route(x.from.route, e.remote, e.local);
        if (e.pending != 0 || !is_in_flight(e)) set_message_id(e.kept.data(), next.next_message_id(e.id_offset));
        e.pending = 0;
        e.due_ms = x.now_ms() + settling_ms;
        copy_bytes(e.kept.data(), e.size, x.header());
        next.restore_protection(x, e.kept.data() + e.size);
        x.size = x.from.size = e.size;
        asked_ = &e;
        number(x);
        const std::size_t size = next.ask(x);
        if (size == 0 || x.header()[1] == 0) return 0;
        if (!is_success(x)) {
            if (e.unheard < Nons) e.unheard = Nons;  // its loss must not be the client's loss
            if (!is_in_flight(e) && next.all().awaits(e.remote)) return e.due_ms = x.now_ms(), 0;
            e.format = ended;
        }
        x.header()[0] = e.kept[0];
        if (++e.unheard <= Nons) x.header()[0] |= non_confirmable_bit;
        else e.due_ms = x.now_ms() + Timing.wait_ms(e.unheard - Nons, e.kept[3]);
        return size;
    }

    // The response gets an Observe option, with a number that grows with each response (§3.4).
    void number(exchange& x) {
        x.observe = last_number_ = detail::next_observe_value(last_number_);
        x.reserve(1);
    }
    [[gnu::noinline]] void check_format(exchange& x, reply& said) {
        if (class_of(said.code()) != 2) return;
        if (asked_ == nullptr) {
            said = code::unauthorized;
            return;
        }
        const auto format = static_cast<std::uint16_t>(said.format().decoded().encoded());
        if (!x.emitted) asked_->format = format;
        else if (asked_->format != format) said = code::not_acceptable;
    }

    std::uint32_t wake_ms_ = 0;  // until then there is nothing to send
    std::uint32_t last_number_ = 0;
    entry* asked_ = nullptr;  // whose request is answered
    std::size_t at_ = 0;      // the entry that is looked at next
    std::size_t used_ = 0;
    detail::local_addresses<2> locals_;
    std::array<entry, Count> entries_{};
};

}  // namespace mincoap
