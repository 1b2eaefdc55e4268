// Observe (RFC 7641): clients that are sent a notification when a resource changes.
//
//     constexpr auto site = routes(at<"temp">(value(read_temperature)).observable(), well_known_core);
//     server server{socket, site, echo_guard{key}, observers<4>{key}};
//     server.changed<"temp">();      // the temperature is another one now
//
// Any resource that can be read can be observed; `.observable()` at its place lets clients do so, and tells discovery. A
// PUT, POST, DELETE or PATCH that succeeds counts as a change at its path.
//
// The layer keeps up to `Count` observations: the request, with `Bytes` bytes of token, options and payload, and where it
// came from. A notification is the answer to that request, made anew by the site, and so is each retransmission: no
// message is stored. With all places taken, or for a longer request, the client gets a plain response (§4.1).
//
// Notifications are Non-confirmable, at most one in 3 s to a client. After `Nons` of them, after a minute without a
// change since the last one, and after 24 hours, comes a Confirmable one, which is sent again until the client
// acknowledges it, with the state of then: the last state reaches each client that can be reached (§4.5). A client that
// rejects a notification, or acknowledges none within 62 to 93 s, is forgotten. So is one whose resource is gone, or
// has another Content-Format: it gets the error (§4.2).
//
// Of a body in blocks, a notification is the first block, with its ETag; the client fetches the others (§2.6).
//
// An observation is begun, ended and replaced by confirmed addresses only: see echo_guard.hpp.
#pragma once

#include <mincoap/layer/outbox.hpp>
#include <mincoap/message/insert.hpp>

namespace mincoap {

template <std::size_t Count, std::size_t Bytes = 40, unsigned Nons = 5, transmission Timing = {}>
class observers {
    static_assert(Count >= 1 && Count <= 65'535, "mincoap: observers keeps 1 to 65,535 observations");
    static_assert(Bytes >= message::max_token_size && Bytes <= 251, "mincoap: an observation keeps 8 to 251 bytes");
    static_assert(Nons <= 200, "mincoap: at most 200 notifications are Non-confirmable in a row");

public:
    using once = struct observers_kind;

    // The Observe option of a message (RFC 7641 §2): a value and one, so that nothing is 0.
    struct seen {
        std::uint32_t asked = 0;
    };
    static void option(seen& noted, const message::option_view& o) {
        if (o.number == option::observe && noted.asked == 0 && o.value.size() <= 3) noted.asked = o.uint() + 1;
    }

    std::size_t receive(exchange& x, const seen& noted, auto next) {
        if (used_ != 0 && detail::is_ack_or_reset(x) && react(x)) return 0;
        if (noted.asked - 1 > 1 || !is_observation(x) || !next.is_observable(x)) return next(x);
        return noted.asked == enroll ? begin(x, next) : cancel(x, next);
    }

    reply serve(exchange&, const request& r, auto next) {
        if (used_ == 0 || message::is_safe(r.method())) return next(r);
        mark(r.path());
        const reply said = next(r);
        take_marks(class_of(said.code()) == 2);
        return said;
    }

    std::size_t emit(exchange& x, auto next) {
        if (left_to_wake(x.now_ms()) != 0) return next.emit(x);
        std::uint32_t least = day_ms;
        for (std::size_t i = 0; i < Count; ++i) {
            entry& e = entries_[at_];
            const std::uint32_t left = e.size == 0 ? day_ms : left_of(e, x.now_ms(), next);
            at_ = at_ + 1 == Count ? 0 : at_ + 1;
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
            if (e.size != 0 && is_in_flight(e) && e.route.leads_to(remote)) return true;
        return false;
    }

    // See `server::changed`.
    void changed(std::span<const std::string_view> segments, message::type as) {
        for (entry& e : entries_)
            if (e.size != 0 && is_at(e, segments)) change(e, as);
    }

    // How many observations there are.
    std::size_t size() const { return used_; }

    // The memory that one observation takes besides its bytes, in bytes.
    static constexpr std::size_t entry_overhead() { return sizeof(entry) - Bytes; }

private:
    static constexpr std::uint32_t enroll = 1;
    static constexpr std::uint32_t spacing_ms = 3'000;    // RFC 7641 §4.5.1
    static constexpr std::uint32_t settling_ms = 60'000;  // of the last state, sent Non-confirmable
    static constexpr std::uint32_t day_ms = 86'000'000;   // §4.5: a little less than 24 hours
    static constexpr std::uint32_t held_ms = 1'000;       // another message is on its way to the client
    static constexpr std::size_t observe_size = 4;        // of the option, at most

    // Small fields first: on Cortex-M0+ a byte is within reach of a load up to offset 31.
    struct entry {
        std::uint32_t at_ms;   // when a notification was sent, or the client last heard of
        std::uint16_t format;  // Content-Format of the first response, and one
        byte size;             // of the kept request; 0: the place is free
        byte path_at, path_size;
        byte unheard;  // notifications since the client was last heard of: NONs, and then a CON again and again
        bool is_pending, is_ending, is_marked, must_confirm;
        std::array<byte, message::header_size + Bytes> kept;  // the request, with the last Message ID to the client
        detail::kept_route route;
    };

    static bool is_in_flight(const entry& e) { return e.unheard > Nons; }

    // ---- Requests

    // RFC 7641 §2: GET, and FETCH (RFC 8132 §2.4). One for a later block is none (§2.6).
    static bool is_observation(const exchange& x) {
        if (x.emitted || x.error != message::parse_error::none || x.from.multicast || x.from.truncated) return false;
        return is_answerable(x) && message::is_safe(x.method) && (x.request.critical & later_block) == 0;
    }
    entry* find(const exchange& x) {
        const byte* const header = x.header();
        for (entry& e : entries_)
            if (e.size != 0 && ((e.kept[0] ^ header[0]) & 15) == 0 && e.route.leads_to(x.from.route.remote) &&
                equal_bytes(e.kept.data() + message::header_size, header + message::header_size,
                            message::token_size_of(header)))
                return &e;
        return nullptr;
    }
    entry* find_free() {
        for (entry& e : entries_)
            if (e.size == 0) return &e;
        return nullptr;
    }
    void release(entry& e) {
        e.size = 0;
        --used_;
    }

    std::size_t cancel(exchange& x, auto next) {
        entry* const e = find(x);
        if (e == nullptr) return next(x);
        if (!next.deserves_memory(x)) return next.answer(x, code::unauthorized);
        release(*e);
        return next(x);
    }
    std::size_t begin(exchange& x, auto next) {
        entry* e = find(x);
        if (!next.deserves_memory(x)) return e != nullptr || find_free() != nullptr ? ask_to_confirm(x, next) : next(x);
        if (e != nullptr) release(*e);
        else e = find_free();
        if (e == nullptr || !keep(x, *e)) return next(x);
        x.reserve(observe_size);
        const std::size_t size = next(x);
        if (size == 0 || class_of(message::code_of(x.header())) != 2) return release(*e), size;
        e->format = format_of(x, size);
        return number(x, size);
    }
    // The client of an unconfirmed address is asked to confirm it: the guard makes a challenge of a 4.01.
    static std::size_t ask_to_confirm(exchange& x, auto next) {
        const std::size_t size = next(x);
        if (size == 0 || class_of(message::code_of(x.header())) != 2) return size;
        x.header()[1] = static_cast<byte>(code::unauthorized);
        return token_end_of(x);
    }
    // Keeps the request without an Echo option, or all of it if it has a payload.
    bool keep(const exchange& x, entry& e) {
        const byte* const header = x.header();
        std::size_t size = x.size;
        if (x.request.payload().empty()) {
            size = token_end_of(x);
            for (const message::option_view o : x.request.message.options())
                if (o.number < option::echo) size = static_cast<std::size_t>(o.value.data() + o.value.size() - header);
        }
        if (size > e.kept.size()) return false;
        const bytes path = x.request.path();
        e = {};
        e.at_ms = x.now_ms();
        e.size = static_cast<byte>(size);
        e.path_at = path.empty() ? 0 : static_cast<byte>(path.data() - header);
        e.path_size = static_cast<byte>(path.size());
        copy_bytes(header, size, e.kept.data());
        e.kept[0] &= static_cast<byte>(~non_confirmable_bit);  // so that it is always answered
        e.route.set(x.from.route);
        ++used_;
        wake_ms_ = x.now_ms();
        return true;
    }
    static std::uint16_t format_of(const exchange& x, std::size_t size) {
        message::option_reader options{x.header() + token_end_of(x), x.header() + size};
        while (options.next() == message::option_reader::step::option)
            if (options.number() == option::content_format)
                return static_cast<std::uint16_t>(message::to_uint(options.value()) + 1);
        return 0;
    }

    // The client has acknowledged or rejected a notification (§4.5).
    bool react(const exchange& x) {
        wake_ms_ = x.now_ms();
        for (entry& e : entries_)
            if (e.size != 0 && e.kept[2] == x.header()[2] && e.kept[3] == x.header()[3] &&
                e.route.leads_to(x.from.route.remote)) {
                e.at_ms = x.now_ms();
                e.unheard = 0;
                if (detail::is_reset(x) || e.is_ending) release(e);
                return true;
            }
        return false;
    }

    // ---- Changes

    void change(entry& e, message::type as) {
        e.is_pending = true;
        e.must_confirm = e.must_confirm || as == message::type::confirmable;
        wake_ms_ = e.at_ms;
    }
    static bytes path_of(const entry& e) { return bytes{e.kept}.subspan(e.path_at, e.path_size); }
    static bool is_at(const entry& e, std::span<const std::string_view> segments) {
        std::size_t i = 0;
        for (const message::option_view o : message::option_range{path_of(e)}) {
            if (i == segments.size() || o.text() != segments[i]) return false;
            ++i;
        }
        return i == segments.size();
    }
    // The observations at the path of a request, before the site acts on it, which may change the request.
    void mark(bytes path) {
        for (entry& e : entries_) {
            const bytes own = path_of(e);
            e.is_marked = e.size != 0 && own.size() == path.size() &&
                          (path.empty() || (((own[0] ^ path[0]) & 15) == 0 &&
                                            equal_bytes(own.data() + 1, path.data() + 1, path.size() - 1)));
        }
    }
    void take_marks(bool has_changed) {
        for (entry& e : entries_)
            if (e.is_marked && has_changed) change(e, message::type::non_confirmable);
    }

    // ---- Notifications

    std::uint32_t left_to_wake(std::uint32_t now_ms) const {
        const auto left = static_cast<std::int32_t>(wake_ms_ - now_ms);
        return left > 0 ? static_cast<std::uint32_t>(left) : 0;
    }
    // True if the next notification is Confirmable.
    static bool is_confirmable_next(const entry& e) { return e.unheard >= Nons || e.must_confirm || !e.is_pending; }

    std::uint32_t left_of(const entry& e, std::uint32_t now_ms, const auto& all) const {
        if (is_in_flight(e))
            return left_ms(Timing.wait_ms(e.unheard - Nons, message::message_id_of(e.kept.data())), e.at_ms, now_ms);
        if (is_confirmable_next(e) && all.awaits(e.route.remote())) return held_ms;
        const std::uint32_t wait = !e.is_pending                      ? (e.unheard == 0 ? day_ms : settling_ms)
                                   : e.unheard == 0 || e.must_confirm ? 0
                                                                      : spacing_ms;
        return left_ms(wait, e.at_ms, now_ms);
    }

    std::size_t notify(exchange& x, entry& e, auto next) {
        if (e.unheard > Nons + Timing.max_retransmit) return release(e), 0;
        if (is_confirmable_next(e) && !is_in_flight(e)) e.unheard = Nons;
        const bool is_new = e.is_pending || !is_in_flight(e);
        x.from.route = e.route.get();
        if (is_new || e.unheard == Nons)
            detail::set_message_id(e.kept.data(), next.next_message_id(x.from.route.remote));
        e.is_pending = e.must_confirm = false;
        e.at_ms = x.now_ms();
        const std::size_t size = ask(x, e, next);
        if (size == 0) return 0;
        e.is_ending = is_error(message::code_of(x.header()));
        if (e.is_ending && e.unheard < Nons) e.unheard = Nons;  // its loss must not be the client's loss
        ++e.unheard;
        const unsigned type = is_in_flight(e) ? 0 : non_confirmable_bit;
        x.header()[0] = static_cast<byte>((e.kept[0] & 0x4f) | type);
        detail::set_message_id(x.header(), message::message_id_of(e.kept.data()));
        return e.is_ending ? size : number(x, size);
    }
    // Has the site answer the kept request. Returns the size of the answer, without the Observe option.
    std::size_t ask(exchange& x, const entry& e, auto next) {
        copy_bytes(e.kept.data(), e.size, x.header());
        x.size = x.from.size = e.size;
        x.reserve(observe_size);
        const std::size_t size = next.ask(x);
        byte& said = x.header()[1];
        if (size == 0 || static_cast<code>(said) == code::empty) return 0;
        if (is_error(static_cast<code>(said)) || format_of(x, size) == e.format) return size;
        said = static_cast<byte>(code::not_acceptable);  // §4.2
        return token_end_of(x);
    }
    // §3.4: a number that grows with each response.
    std::size_t number(exchange& x, std::size_t size) {
        const std::uint32_t n = ++last_number_ & 0xff'ffff;
        const std::array<byte, 3> value{static_cast<byte>(n >> 16), static_cast<byte>(n >> 8), static_cast<byte>(n)};
        return message::insert_option(x.buffer, size, option::observe, bytes{value}.last(message::uint_size(n)));
    }

    std::uint32_t wake_ms_ = 0;  // until then there is nothing to send
    std::uint32_t last_number_ = 0;
    std::size_t at_ = 0;  // the entry that is looked at next
    std::size_t used_ = 0;
    std::array<entry, Count> entries_{};
};

}  // namespace mincoap
