// Separate responses (RFC 7252 §5.2.2). A handler that has no answer yet returns `later`. The
// client gets an Empty Acknowledgement at once, and the response when the program completes the
// ticket.
//
//     static ticket waiting;
//     constexpr auto site = routes(at<"adc">(get([] { return later([](ticket t) { waiting = t; start_adc(); }); })));
//
//     static separate<4> kept;
//     server server{socket, site, echo_guard{key}, kept};
//     server.complete(waiting, content(text_of(adc_value)));     // in the main loop
//
// The layer keeps up to `Count` requests: the endpoint, the token and the Message ID. The response
// is a reply as a handler returns it. It owns its content, or points to memory that lives until the
// client acknowledges it, up to 93 s. The layer renders it for each transmission. A response to a
// Confirmable request is Confirmable, and the layer repeats it until the client acknowledges or
// rejects it. A response to a Non-confirmable request is sent once (§5.2.3). A copy of the request
// gets the Empty Acknowledgement again.
//
// A ticket lives for `PatienceMs` milliseconds, 1 to 2^31 - 1. If the program has not completed it
// by then, the client gets 5.04, and `server.complete` refuses the ticket.
//
// If all places are taken, `later` starts nothing, and the client gets 5.03. The same happens
// without this layer.
#pragma once

#include <new>

#include <mincoap/layer/outbox.hpp>

namespace mincoap {

// `IsProtected`: see `with_oscore`.
template <std::size_t Count, std::uint32_t PatienceMs = 30'000, transmission Timing = {}, bool IsProtected = false>
class separate {
    static_assert(Count >= 1 && Count <= 255, "mincoap: separate keeps 1 to 255 requests");

public:
    using once = struct separate_kind;

    // Keeps 8 bytes more of each request. A server with the layer `oscore` needs them.
    using with_oscore = separate<Count, PatienceMs, Timing, true>;

    template <typename Outside, typename Inside>
    static consteval void check() {
        constexpr bool is_protected = Outside::any([]<typename L>() { return detail::protecting<L>; });
        static_assert(IsProtected || !is_protected,
                      "mincoap: beside the layer oscore, a request that waits needs 8 bytes more: write "
                      "separate<N>::with_oscore");
        detail::check_guard_in_front<Inside>();
    }

    // Classes of responses that the client has no interest in (RFC 7967).
    struct seen {
        byte unwanted = 0;
    };
    static void option(seen& noted, const message::option_view& o) {
        if (o.number == option::no_response && o.value.size() <= 1) noted.unwanted = static_cast<byte>(o.uint());
    }

    std::size_t receive(exchange& x, const seen& noted, auto next) {
        unwanted_ = noted.unwanted;
        if (open_ == 0 || x.emitted) return next(x);
        const bool reacts = detail::is_ack_or_reset(x);
        if (!reacts && x.error != message::parse_error::none) return next(x);
        slot* const s = find(x, reacts);
        if (s == nullptr) return next(x);
        if (!reacts) return acknowledge(x);  // a copy of the request
        return close(*s), 0;
    }

    reply serve(exchange& x, const request& r, auto next) {
        reply said = next(r);
        if (said.is_later()) begin(x, next.deserves_memory(), said);
        return said;
    }

    std::size_t emit(exchange& x, auto next) {
        for (slot& s : slots_)
            if (left_of(s, x.now_ms(), next.all()) == 0)
                if (const std::size_t size = send(x, s, next)) return size;
        return next.emit(x);
    }
    std::uint32_t idle_ms(std::uint32_t now_ms, const auto& all) const {
        std::uint32_t least = forever_ms;
        if (open_ == 0) return least;
        for (const slot& s : slots_) {
            const std::uint32_t left = left_of(s, now_ms, all);
            if (left < least) least = left;
        }
        return least;
    }
    bool awaits(const net::endpoint& remote) const {
        for (const slot& s : slots_)
            if (s.step > ready && detail::is_same(s.remote, remote)) return true;
        return false;
    }

    // See `server::complete`.
    bool complete(ticket of, const reply& response) {
        for (slot& s : slots_)
            if (s.step == waiting && s.number == of.number) return finish(s, response), true;
        return false;
    }

    // How many requests wait, or have a response on its way.
    std::size_t size() const { return open_; }

    // The memory that one request takes besides the reply, in bytes.
    static constexpr std::size_t entry_overhead() { return sizeof(slot) - sizeof(reply); }

private:
    // The steps of a request. Behind `ready`: how often the response was sent.
    static constexpr byte unused = 0;
    static constexpr byte waiting = 1;
    static constexpr byte ready = 2;

    using protection = std::array<byte, sizeof(exchange::protection)>;
    struct no_protection {};

    struct slot {
        std::uint32_t due_ms;  // when its patience ends, or the response is sent
        std::uint32_t number;  // the ticket
        std::uint16_t request_id;
        byte step;
        byte header;    // the first byte of the request: type and token size
        byte unwanted;  // classes of responses that the client has no interest in
        byte local;     // the address that the client asked
        std::uint16_t id;
        [[no_unique_address]] std::conditional_t<IsProtected, protection, no_protection> how;
        std::array<byte, message::max_token_size> token;
        net::endpoint remote;
        alignas(reply) std::array<byte, sizeof(reply)> response;  // there is one from the step `ready` on
    };

    // The slot of that endpoint whose response, or else whose request, has the message's ID.
    slot* find(const exchange& x, bool by_response) {
        const std::uint16_t id = message::message_id_of(x.header());
        for (slot& s : slots_) {
            const bool is_meant = by_response ? s.step > ready && s.id == id : s.step != unused && s.request_id == id;
            if (is_meant && detail::is_same(s.remote, x.from.route.remote)) return &s;
        }
        return nullptr;
    }
    void close(slot& s) {
        locals_.release(s.local);
        s.step = unused;
        --open_;
    }

    // Keeps the request, calls the function of `later`, and sends no response yet. Without a place
    // for the request, the reply of `later` stays as it is, a 5.03. A notification, or the answer
    // of a group's member, cannot wait.
    [[gnu::noinline]] void begin(const exchange& x, bool may, reply& said) {
        if (!may) said = code::unauthorized;
        else if (x.emitted || x.from.multicast || open(x, said)) said = reply::nothing();
    }
    bool open(const exchange& x, const reply& said) {
        for (slot& s : slots_)
            if (s.step == unused) {
                s.local = locals_.acquire(x.from.route.local);
                if (s.local == decltype(locals_)::none) return false;
                keep(x, s);
                said.start({s.number});
                return true;
            }
        return false;
    }
    void keep(const exchange& x, slot& s) {
        const byte* const header = x.header();
        s.due_ms = x.now_ms() + PatienceMs;
        s.number = ++started_;
        s.request_id = message::message_id_of(header);
        s.step = waiting;
        s.header = header[0];
        s.unwanted = unwanted_;
        if constexpr (IsProtected) detail::keep_protection(x, s.how.data());
        copy_bytes(header + message::header_size, s.token.size(), s.token.data());
        detail::copy_endpoint(x.from.route.remote, s.remote);
        ++open_;
    }
    static bool is_non(const slot& s) { return (s.header & non_confirmable_bit) != 0; }
    static void finish(slot& s, const reply& response) {
        s.step = ready;
        s.due_ms -= PatienceMs;
        copy_bytes(reinterpret_cast<const byte*>(&response), sizeof response, s.response.data());
    }

    // For how long there is nothing to do for a slot. NSTART: a response waits for all that is on
    // its way to the client.
    [[gnu::noinline]] std::uint32_t left_of(const slot& s, std::uint32_t now_ms, const auto& all) const {
        if (s.step == unused || (s.step == ready && !is_non(s) && all.awaits(s.remote))) return forever_ms;
        return left_until_ms(s.due_ms, now_ms);
    }
    std::size_t send(exchange& x, slot& s, auto next) {
        if (s.step == waiting) return finish(s, code::gateway_timeout), 0;  // which NSTART may delay
        reply& response = *std::launder(reinterpret_cast<reply*>(s.response.data()));
        // The bit 0 is for the class of `reply::nothing()`.
        const bool is_unwanted = ((s.unwanted << 1 | 1) >> class_of(response.code()) & 1) != 0;
        if (is_unwanted || s.step > ready + Timing.max_retransmit) return close(s), 0;
        byte* const header = x.header();
        if constexpr (IsProtected) next.restore_protection(x, s.how.data());
        locals_.set_route(x.from.route, s.remote, s.local);
        if (s.step == ready) s.id = next.next_message_id(x.from.route.remote);
        ++s.step;
        s.due_ms = x.now_ms() + Timing.wait_ms(s.step - ready, static_cast<byte>(s.id));
        header[0] = s.header;
        set_message_id(header, s.id);
        copy_bytes(s.token.data(), s.token.size(), header + message::header_size);
        const std::size_t size = next.render(x, response);
        if (is_non(s)) close(s);
        return size;
    }

    std::uint32_t started_ = 0;
    byte open_ = 0;
    byte unwanted_ = 0;  // by the request that is answered
    detail::local_addresses<2> locals_;
    std::array<slot, Count> slots_{};
};

}  // namespace mincoap
