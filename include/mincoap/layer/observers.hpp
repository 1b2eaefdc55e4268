// Observe (RFC 7641). The server sends a client a notification when a resource changes.
//
//     constexpr auto site = routes(at<"temp">(value(read_temperature)).observable(), well_known_core);
//
//     static observers<4> observing;
//     server server{socket, site, echo_guard{key}, observing};
//     server.changed<"temp">();      // the program has a new temperature
//
// Clients can observe each resource that can be read and whose place says `.observable()`, which also tells discovery. A
// PUT, POST, DELETE or PATCH that succeeds counts as a change at its path.
//
// The layer keeps up to `Count` observations: the request with up to `Bytes` bytes of token, options and payload, and the
// client's endpoint. To make a notification, and each retransmission, the site answers the kept request again. No message
// is stored. If all places are taken, or if the request is longer, the client gets a plain response (§4.1).
//
// Notifications are Non-confirmable, and a client gets at most one in 3 s. A Confirmable one comes after `Nons` of
// them, after a minute without a change since the last one, and after 24 hours. It is repeated, with the state at that
// time, until the client acknowledges it. So the last state reaches each client that can be reached (§4.5). The layer
// forgets a client that rejects a notification, or that acknowledges none within 62 to 93 s. It also forgets a client
// whose resource is gone or has another Content-Format, after that client has got the error (§4.2).
//
// A notification of a body in blocks is the first block, with its ETag. The client fetches the other blocks (§2.6).
//
// Only a confirmed address can begin, end or replace an observation: see echo_guard.hpp.
#pragma once

#include <mincoap/layer/outbox.hpp>
#include <mincoap/message/path_hash.hpp>

namespace mincoap {

template <std::size_t Count, std::size_t Bytes = 40, unsigned Nons = 5, transmission Timing = {}>
class observers {
    static_assert(Count >= 1 && Count <= 65'535, "mincoap: observers keeps 1 to 65,535 observations");
    static_assert(Bytes >= message::max_token_size && Bytes <= 251, "mincoap: an observation keeps 8 to 251 bytes");
    static_assert(Nons <= 200, "mincoap: at most 200 notifications are Non-confirmable in a row");

public:
    using once = struct observers_kind;

    // The value of the Observe option (RFC 7641 §2) and one; 0: there is none. An observation keeps the options up to
    // `kept_end`, which are those in front of an Echo option.
    struct seen {
        std::uint32_t asked = 0;
        const byte* kept_end = nullptr;
    };
    static void option(seen& noted, const message::option_view& o) {
        if (o.number < option::echo) noted.kept_end = o.value.data() + o.value.size();
        if (o.number == option::observe && noted.asked == 0 && o.value.size() <= 3) noted.asked = o.uint() + 1;
    }

    std::size_t receive(exchange& x, const seen& noted, auto next) {
        if (used_ != 0 && detail::is_ack_or_reset(x) && react(x)) return 0;
        if (x.emitted || x.error != message::parse_error::none || x.from.multicast || !is_answerable(x)) return next(x);
        if (!message::is_safe(x.method)) return used_ == 0 ? next(x) : watch(x, next);
        if (noted.asked - 1 > 1 || (x.request.critical_options & demand::later_block) != 0 || !next.is_observable(x))
            return next(x);
        return note(x, noted, next);
    }

    std::size_t emit(exchange& x, auto next) {
        if (left_to_wake(x.now_ms()) != 0) return next.emit(x);
        std::uint32_t least = day_ms;
        for (std::size_t i = 0; i < Count; ++i) {
            entry& e = entries_[at_];
            at_ = at_ + 1 == Count ? 0 : at_ + 1;
            const std::uint32_t left = e.size == 0 ? day_ms : left_of(e, x.now_ms(), next);
            if (left == 0) return notify(x, e, next);
            if (left < least) least = left;
        }
        wake_ms_ = x.now_ms() + least;
        return next.emit(x);
    }
    std::uint32_t idle_ms(std::uint32_t now_ms, const auto& /*all*/) const {
        return used_ == 0 ? forever_ms : left_to_wake(now_ms);
    }
    bool awaits(const net::endpoint& remote) const {
        for (const entry& e : entries_)
            if (e.size != 0 && is_in_flight(e) && detail::is_same(e.remote, remote)) return true;
        return false;
    }

    // See `server::changed`.
    void changed(message::path_hash path, message::type as) {
        for (entry& e : entries_)
            if (e.size != 0 && e.path == path.value()) {
                e.is_pending = true;
                e.must_confirm = e.must_confirm || as == message::type::confirmable;
                wake_ms_ = e.at_ms;
            }
    }

    // How many observations there are.
    std::size_t size() const { return used_; }

    // The memory that one observation takes besides its bytes, in bytes.
    static constexpr std::size_t entry_overhead() { return sizeof(entry) - Bytes; }

private:
    static constexpr std::uint32_t enroll = 1;
    static constexpr std::uint32_t spacing_ms = 3'000;    // RFC 7641 §4.5.1
    static constexpr std::uint32_t settling_ms = 60'000;  // until the last state is sent as a CON
    static constexpr std::uint32_t day_ms = 86'000'000;   // §4.5: a little less than 24 hours
    static constexpr std::uint32_t held_ms = 1'000;       // another message is on its way to the client
    static constexpr std::size_t observe_size = 4;        // the option has at most 4 bytes

    // Small fields first: on Cortex-M0+ a byte is within reach of a load up to offset 31.
    struct entry {
        std::uint32_t at_ms;   // when a notification was sent, or the client last heard of
        std::uint16_t format;  // Content-Format of the first response, and one
        byte size;             // the kept request has so many bytes; 0: the place is free
        byte unheard;          // notifications since the client was last heard of: NONs, and then a CON again and again
        bool is_pending, is_ending, must_confirm;
        byte local;          // the address that the client asked
        std::uint32_t path;  // its hash
        net::endpoint remote;
        std::array<byte, message::header_size + Bytes> kept;  // the request, with the last Message ID to the client
    };

    static bool is_in_flight(const entry& e) { return e.unheard > Nons; }

    // ---- Requests

    // The entry of the endpoint with those bytes of the header: the Message ID, or length and token.
    [[gnu::noinline]] entry* find(const exchange& x, bool by_token) {
        const byte* const header = x.header();
        const std::size_t first = by_token ? message::header_size : 2;
        const std::size_t count = by_token ? message::token_size_of(header) : 2;
        for (entry& e : entries_)
            if (e.size != 0 && (!by_token || ((e.kept[0] ^ header[0]) & 15) == 0) &&
                detail::is_same(e.remote, x.from.route.remote) && equal_bytes(&e.kept[first], header + first, count))
                return &e;
        return nullptr;
    }
    void release(entry& e) {
        e.size = 0;
        --used_;
        locals_.release(e.local);
    }

    // A request that may change the resource.
    std::size_t watch(exchange& x, auto next) {
        const message::path_hash path{x.request.path()};
        const std::size_t size = next(x);
        if (size != 0 && class_of(message::code_of(x.header())) == 2) changed(path, message::type::non_confirmable);
        return size;
    }

    // Begins or ends an observation. The client of an unconfirmed address is asked to confirm it first: the guard makes
    // a challenge of a 4.01.
    [[gnu::noinline]] std::size_t note(exchange& x, const seen& noted, auto next) {
        const bool enrolls = noted.asked == enroll;
        entry* e = find(x, true);
        const bool may = next.deserves_memory(x);
        if (e != nullptr && may) release(*e);
        if (e == nullptr && enrolls) e = find_free();
        const bool is_kept = e != nullptr && may && enrolls && keep(x, noted.kept_end, *e);
        if (is_kept) x.reserve(observe_size);
        const std::size_t size = next(x);
        byte& said = x.header()[1];
        const bool is_success = size != 0 && class_of(static_cast<code>(said)) == 2;
        if (is_kept && !is_success) release(*e);
        if (e == nullptr || !is_success || (may && !is_kept)) return size;
        if (!may) return said = static_cast<byte>(code::unauthorized), token_end_of(x);
        return number(x, size, e->format);
    }
    entry* find_free() {
        for (entry& e : entries_)
            if (e.size == 0) return &e;
        return nullptr;
    }
    // Keeps the request without an Echo option, or all of it if it has a payload.
    [[gnu::noinline]] bool keep(const exchange& x, const byte* kept_end, entry& e) {
        const byte* const header = x.header();
        std::size_t size = x.size;
        if (x.request.payload().empty())
            size = kept_end == nullptr ? token_end_of(x) : static_cast<std::size_t>(kept_end - header);
        const byte local = size > e.kept.size() ? locals_.none : locals_.acquire(x.from.route.local);
        if (local == locals_.none) return false;
        ++used_;
        wake_ms_ = e.at_ms = x.now_ms();
        e.size = static_cast<byte>(size);
        e.unheard = 0;
        e.is_pending = e.is_ending = e.must_confirm = false;
        e.local = local;
        e.path = message::path_hash{x.request.path()}.value();
        e.remote = x.from.route.remote;
        copy_bytes(header, size, e.kept.data());
        e.kept[0] &= static_cast<byte>(~non_confirmable_bit);  // the site answers it always
        return true;
    }

    // The client has acknowledged or rejected a notification (§4.5).
    bool react(const exchange& x) {
        wake_ms_ = x.now_ms();
        entry* const e = find(x, false);
        if (e == nullptr) return false;
        e->at_ms = x.now_ms();
        e->unheard = 0;
        if (detail::is_reset(x) || e->is_ending) release(*e);
        return true;
    }

    // ---- Notifications

    std::uint32_t left_to_wake(std::uint32_t now_ms) const {
        const auto left = static_cast<std::int32_t>(wake_ms_ - now_ms);
        return left > 0 ? static_cast<std::uint32_t>(left) : 0;
    }
    // True if the next notification is Confirmable.
    static bool is_confirmable_next(const entry& e) { return e.unheard >= Nons || e.must_confirm || !e.is_pending; }

    // For how long nothing is sent for an entry.
    [[gnu::noinline]] std::uint32_t left_of(const entry& e, std::uint32_t now_ms, const auto& all) const {
        std::uint32_t wait = e.is_pending ? spacing_ms : settling_ms;
        if (is_in_flight(e)) wait = Timing.wait_ms(e.unheard - Nons, message::message_id_of(e.kept.data()));
        else if (is_confirmable_next(e) && all.awaits(e.remote)) return held_ms;
        else if (e.unheard == 0 || e.must_confirm) wait = e.is_pending ? 0 : day_ms;
        return left_ms(wait, e.at_ms, now_ms);
    }

    [[gnu::noinline]] std::size_t notify(exchange& x, entry& e, auto next) {
        if (e.unheard > Nons + Timing.max_retransmit) return release(e), 0;
        if (!is_in_flight(e) && is_confirmable_next(e)) e.unheard = Nons;
        x.from.route = {.remote = e.remote, .local = locals_[e.local]};
        if (e.is_pending || !is_in_flight(e))
            detail::set_message_id(e.kept.data(), next.next_message_id(x.from.route.remote));
        e.is_pending = e.must_confirm = false;
        e.at_ms = x.now_ms();
        copy_bytes(e.kept.data(), e.size, x.header());
        x.size = x.from.size = e.size;
        x.reserve(observe_size);
        std::size_t size = next.ask(x);
        byte* const header = x.header();
        if (size == 0 || header[1] == 0) return 0;
        std::uint16_t format = e.format;
        if (class_of(static_cast<code>(header[1])) == 2) size = number(x, size, format);
        if (format != e.format) header[1] = static_cast<byte>(code::not_acceptable), size = token_end_of(x);  // §4.2
        e.is_ending = class_of(static_cast<code>(header[1])) != 2;
        if (e.is_ending && e.unheard < Nons) e.unheard = Nons;  // its loss must not be the client's loss
        ++e.unheard;
        header[0] = static_cast<byte>((e.kept[0] & 0x4f) | (is_in_flight(e) ? 0 : non_confirmable_bit));
        copy_bytes(&e.kept[2], 2, header + 2);
        return size;
    }

    // Inserts the Observe option (RFC 7641 §2), with a number that grows with each response (§3.4). In front of it there
    // is at most an ETag. Sets `format` to the Content-Format, and one; 0: there is none. Returns the size of the message.
    [[gnu::noinline]] std::size_t number(const exchange& x, std::size_t size, std::uint16_t& format) {
        byte* at = x.header() + token_end_of(x);
        byte* const end = x.header() + size;
        unsigned delta = number_of(option::observe);
        while (at != end && *at >> 4U <= delta) delta -= *at >> 4U, at += 1 + (*at & 15);
        format = 0;
        if (at != end && *at != message::payload_marker) {
            const unsigned to_format = number_of(option::content_format) - number_of(option::observe) + delta;
            if (*at >> 4U == to_format) format = static_cast<std::uint16_t>(message::to_uint({at + 1, *at & 15U}) + 1);
        }
        return insert(at, end, delta, size);
    }
    // The delta of the option behind gets smaller by `delta`, and may lose its extension by that.
    std::size_t insert(byte* at, byte* end, unsigned delta, std::size_t size) {
        byte* next = at;
        if (at != end && *at != message::payload_marker) {
            if (*at >> 4U < 13) *at = static_cast<byte>(*at - (delta << 4));
            else if (at[1] >= delta) at[1] = static_cast<byte>(at[1] - delta);
            else at[1] = static_cast<byte>((at[1] + 13U - delta) << 4 | (*at & 15U)), ++next;
        }
        const std::uint32_t n = ++last_number_ | 0x80'0000;  // three bytes
        byte* const to = at + observe_size;
        for (byte* last = end; last != next; --last) to[last - next - 1] = last[-1];
        *at++ = static_cast<byte>(delta << 4 | 3);
        *at++ = static_cast<byte>(n >> 16), *at++ = static_cast<byte>(n >> 8), *at = static_cast<byte>(n);
        return size + static_cast<std::size_t>(to - next);
    }

    std::uint32_t wake_ms_ = 0;  // until then there is nothing to send
    std::uint32_t last_number_ = 0;
    std::size_t at_ = 0;  // the entry that is looked at next
    std::size_t used_ = 0;
    detail::local_addresses<2> locals_;
    std::array<entry, Count> entries_{};
};

}  // namespace mincoap
