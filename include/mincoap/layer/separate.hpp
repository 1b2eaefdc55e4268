// Separate responses (RFC 7252 §5.2.2). A handler that has no answer yet returns `later`. The client gets an Empty
// Acknowledgement at once, and the response when the program completes the ticket.
//
//     static ticket waiting;
//     constexpr auto site = routes(at<"adc">(get([] { return later([](ticket t) { waiting = t; start_adc(); }); })));
//
//     static separate<4> kept;
//     server server{socket, site, echo_guard{key}, kept};
//     server.complete(waiting, content(text_of(adc_value)));     // in the main loop
//
// The layer keeps up to `Count` requests: the endpoint, the token and the Message ID. The response is a reply as a handler
// returns it. It owns its content, or points to memory that lives until the client acknowledges it, up to 93 s. The
// layer renders it for each transmission. A response to a Confirmable request is Confirmable, and the layer repeats it
// until the client acknowledges or rejects it. A response to a Non-confirmable request is sent once (§5.2.3). A copy of
// the request gets the Empty Acknowledgement again.
//
// A ticket lives for `PatienceMs` milliseconds, 1 to 2^31 - 1. If the program has not completed it by then, the client
// gets 5.04, and `server.complete` refuses the ticket.
//
// If all places are taken, `later` starts nothing, and the client gets 5.03. The same happens without this layer.
#pragma once

#include <new>

#include <mincoap/layer/outbox.hpp>

namespace mincoap {

template <std::size_t Count, std::uint32_t PatienceMs = 30'000, transmission Timing = {}>
class separate {
    static_assert(Count >= 1 && Count <= 255, "mincoap: separate keeps 1 to 255 requests");

public:
    using once = struct separate_kind;

    std::size_t receive(exchange& x, auto next) {
        if (open_ == 0 || x.emitted) return next(x);
        if (detail::is_ack_or_reset(x)) {
            if (slot* const s = find(x, step::sent, &slot::id)) return close(*s), 0;
        } else if (x.error == message::parse_error::none && is_answerable(x)) {
            if (find(x, step::unused, &slot::request_id) != nullptr) return acknowledge(x);
        }
        return next(x);
    }

    reply serve(exchange& x, const request& r, auto next) {
        reply said = next(r);
        if (!said.is_later()) return said;
        if (x.emitted || x.from.multicast) return reply::nothing();  // a notification, or a group's answer, cannot wait
        if (!next.deserves_memory()) return code::unauthorized;
        return open(r, said);
    }

    std::size_t emit(exchange& x, auto next) {
        for (slot& s : slots_)
            if (s.at != step::unused && left_of(s, x.now_ms(), next) == 0)
                if (const std::size_t size = send(x, s, next)) return size;
        return next.emit(x);
    }
    std::uint32_t idle_ms(std::uint32_t now_ms, const auto& all) const {
        std::uint32_t least = forever_ms;
        if (open_ == 0) return least;
        for (const slot& s : slots_) {
            const std::uint32_t left = s.at == step::unused ? forever_ms : left_of(s, now_ms, all);
            if (left < least) least = left;
        }
        return least;
    }
    bool awaits(const net::endpoint& remote) const {
        for (const slot& s : slots_)
            if (s.at == step::sent && detail::is_same(s.remote, remote)) return true;
        return false;
    }

    // See `server::complete`.
    bool complete(ticket of, const reply& response) {
        for (slot& s : slots_) {
            if (s.at != step::waiting || s.number != of.number) continue;
            if (is_unwanted(s, response.code())) close(s);
            else finish(s, response);
            return true;
        }
        return false;
    }

    // How many requests wait, or have a response on its way.
    std::size_t size() const { return open_; }

    // The memory that one request takes besides the reply, in bytes.
    static constexpr std::size_t entry_overhead() { return sizeof(slot) - sizeof(reply); }

private:
    enum class step : byte { unused, waiting, ready, sent };

    struct slot {
        std::uint32_t at_ms;   // when it began to wait, or was sent
        std::uint32_t number;  // the ticket
        std::uint16_t request_id;
        std::uint16_t id;
        step at;
        byte sent;      // how often
        byte header;    // the first byte of the request: type and token size
        byte unwanted;  // classes of responses that the client has no interest in (RFC 7967)
        std::array<byte, message::max_token_size> token;
        byte local;
        net::endpoint remote;
        alignas(reply) std::array<byte, sizeof(reply)> response;  // in it there is one if it is `ready` or `sent`
    };

    // The slot of that endpoint with the message's ID; `unused` stands for any step but that.
    slot* find(const exchange& x, step at, std::uint16_t slot::* id) {
        for (slot& s : slots_) {
            const bool is_meant = at == step::unused ? s.at != at : s.at == at;
            if (is_meant && s.*id == message::message_id_of(x.header()) &&
                detail::is_same(s.remote, x.from.route.remote))
                return &s;
        }
        return nullptr;
    }
    void close(slot& s) {
        locals_.release(s.local);
        s.at = step::unused;
        --open_;
    }
    reply open(const request& r, const reply& said) {
        for (slot& s : slots_)
            if (s.at == step::unused) {
                s.local = locals_.acquire(r.local());
                if (s.local == locals_.none) break;
                keep(r, s);
                said.start({s.number});
                return reply::nothing();
            }
        return code::service_unavailable;
    }
    void keep(const request& r, slot& s) {
        const byte* const header = r.message.datagram().data();
        s.at_ms = r.now_ms;
        s.number = ++started_;
        s.request_id = r.message.message_id();
        s.at = step::waiting;
        s.sent = 0;
        s.header = header[0];
        s.unwanted = unwanted_classes(r);
        copy_bytes(r.message.token().data(), r.message.token().size(), s.token.data());
        s.remote = r.remote();
        ++open_;
    }
    static byte unwanted_classes(const request& r) {
        for (const message::option_view o : r.message.options())
            if (o.number == option::no_response && o.value.size() <= 1) return static_cast<byte>(o.uint());
        return 0;
    }
    static bool is_unwanted(const slot& s, code answer) { return (s.unwanted << 1 >> class_of(answer) & 1) != 0; }
    static bool is_non(const slot& s) { return (s.header & non_confirmable_bit) != 0; }
    static void finish(slot& s, const reply& response) {
        s.at = step::ready;
        ::new (s.response.data()) reply(response);
    }

    // For how long there is nothing to do for a slot. NSTART: a response waits for all that is on its way to the client.
    std::uint32_t left_of(const slot& s, std::uint32_t now_ms, const auto& all) const {
        if (s.at == step::ready) return !is_non(s) && all.awaits(s.remote) ? forever_ms : 0;
        return left_ms(s.at == step::waiting ? PatienceMs : Timing.wait_ms(s.sent, s.id), s.at_ms, now_ms);
    }
    std::size_t send(exchange& x, slot& s, auto next) {
        if (s.at == step::waiting && (complete({s.number}, code::gateway_timeout), s.at != step::ready)) return 0;
        if (s.sent > Timing.max_retransmit) return close(s), 0;
        byte* const header = x.header();
        x.from.route = {.remote = s.remote, .local = locals_[s.local]};
        if (s.sent == 0) s.id = next.next_message_id(x.from.route.remote);
        s.at = step::sent;
        s.at_ms = x.now_ms();
        ++s.sent;
        header[0] = s.header;
        detail::set_message_id(header, s.id);
        copy_bytes(s.token.data(), s.token.size(), header + message::header_size);
        const std::size_t size = next.render(x, response_of(s));
        if (is_non(s)) close(s);
        return size;
    }
    static const reply& response_of(const slot& s) {
        return *std::launder(reinterpret_cast<const reply*>(s.response.data()));
    }

    std::uint32_t started_ = 0;
    byte open_ = 0;
    detail::local_addresses<2> locals_;
    std::array<slot, Count> slots_{};
};

}  // namespace mincoap
