// The server: a socket, a handler, layers between them, and the memory of one datagram.
#pragma once

#include <mincoap/server/arguments.hpp>

namespace mincoap {

enum class poll_result : byte {
    idle,     // no datagram came in, and no layer had a message to send
    served,   // a message was sent; poll again, there may be more
    ignored,  // a datagram was received, and no answer is sent now; poll again, there may be more
    blocked,  // the socket does not take the answer now; the next poll sends it before it receives anything
    unsent,   // an answer was dropped: the socket took none for `net::send_patience_ms`; poll again
    error,    // the socket failed and reports the cause; an answer that it failed to send is lost
};

namespace detail {

// Replaces a member that is not needed.
struct no_member {};

}  // namespace detail

// Answers CoAP requests that arrive at a socket, in the memory of one datagram.
//   Socket    see net/udp_socket.hpp
//   Handler   usually made by `routes`; see handler/handler.hpp
//   Memory    server_memory<Size>, or a reference to the caller's
//   Layers    see layer.hpp; exactly one is `echo_guard` or `unguarded`
// Socket, handler, memory and layers that are variables must outlive the server. Layers that are
// temporaries are stored in it.
template <net::udp_socket Socket, handler Handler, typename Memory, typename... Layers>
class server {
    using stack_type = stack<Handler, Layers...>;

public:
    // Has its own memory, for messages of `default_message_size` bytes.
    template <typename... Given>
        requires(!std::is_reference_v<Memory>)
    constexpr server(Socket& given_socket, const Handler& given_handler, Given&&... layers)
        : socket_(given_socket), stack_(given_handler, std::forward<Given>(layers)...) {}

    // Uses the caller's memory, such as a `server_memory<256>`. With `echo_guard` it has at least
    // 22 bytes.
    template <typename... Given>
        requires std::is_reference_v<Memory>
    constexpr server(Socket& given_socket, const Handler& given_handler, Memory memory, Given&&... layers)
        : memory_(memory), socket_(given_socket), stack_(given_handler, std::forward<Given>(layers)...) {}

    // Rejects a handler that is a temporary, which would not outlive the server.
    template <typename... Given>
    server(Socket& given_socket, const Handler&& temporary, Given&&... layers) = delete;

    server(const server&) = delete;
    server& operator=(const server&) = delete;

    // Serves at most one datagram, or sends at most one message of a layer. Never waits.
    //   now_ms   the caller's clock in milliseconds. It may wrap around. Handlers see the same value. If it
    //            never advances, a blocked answer waits for the socket forever.
    // Returns the result of the call. Poll again after `served`, `ignored` and `unsent`.
    poll_result poll(std::uint32_t now_ms) {
        if (is_blocked()) return send(now_ms);
        if constexpr (net::lending_socket<Socket>) lent_ = memory_.message;
        if (!has_emitted() && emit(now_ms)) return send(now_ms);
        const net::status received = receive();
        if (received == net::status::would_block) return emit(now_ms) ? send(now_ms) : poll_result::idle;
        if (received == net::status::failed) return poll_result::error;

        return answer(now_ms) ? send(now_ms) : poll_result::ignored;
    }

    // Returns true if an answer waits for the socket. Wait until the socket is writable, for at
    // most `idle_ms`, and poll again.
    [[nodiscard]] constexpr bool is_blocked() const { return memory_.state.size != 0; }

    // Returns for how many milliseconds `poll` need not be called, unless a datagram comes in or
    // the socket takes a blocked answer: until a blocked answer is dropped, or until a layer has a
    // message to send (see leisure.hpp), at most 24 days.
    [[nodiscard]] constexpr std::uint32_t idle_ms(std::uint32_t now_ms) const {
        if (!is_blocked()) return stack_.idle_ms(now_ms);
        const std::uint32_t waited_ms = full_for_ms(now_ms);
        return waited_ms < net::send_patience_ms ? net::send_patience_ms - waited_ms : 0;
    }

    // Sets the next Message ID, 0 at first. Non-confirmable responses and messages that a layer
    // sends on its own carry Message IDs counted up from here. Draw it at random at each start (RFC
    // 7252 §4.4).
    constexpr void start_message_ids_at(std::uint16_t first) { stack_.start_message_ids_at(first); }

    // Sends the response to a request that was answered with `later`, through the layer `separate`. A
    // later poll sends it, or nothing for `reply::nothing()`. Returns false, and sends nothing, if the
    // request no longer waits: it was completed before, it timed out, or the client has gone.
    constexpr bool complete(ticket of, const reply& response) {
        bool is_taken = false;
        stack_.each_layer([&](auto& l) {
            if constexpr (requires { l.complete(of, response); }) is_taken = is_taken || l.complete(of, response);
        });
        static_assert(stack_type::completes, "mincoap: complete(ticket, reply) needs the layer separate<N>");
        return is_taken;
    }

    // Has the layer `observers` notify all observers of the resource at that path:
    // `changed<"sensors/temperature">()`. The notifications are Non-confirmable, and each sixth one is
    // Confirmable. Pass `message::type::confirmable` to make this one Confirmable.
    template <text_literal Path>
    constexpr void changed(message::type as = message::type::non_confirmable) {
        static_assert(detail::may_observe<Handler, Path>(),
                      "mincoap: no observable place of this site has this path; compare it with at<\"path\">(...) and "
                      "write .observable() there");
        constexpr message::path_hash path = message::hash_of_path(Path.view());
        change(path, as);
    }
    // The same for a path known at run time: its segments, as in Uri-Path.
    constexpr void changed(std::span<const std::string_view> segments,
                           message::type as = message::type::non_confirmable) {
        message::path_hash path;
        for (const std::string_view segment : segments) path.add_segment(segment);
        change(path, as);
    }

    // Returns a layer by its class: `server.layer<counters>()`.
    template <typename L>
    [[nodiscard]] constexpr L& layer() {
        return stack_.template layer<L>();
    }

private:
    constexpr void change(message::path_hash path, message::type as) {
        static_assert(
            stack_type::notifies,
            "mincoap: changed<\"path\">() needs the layer observers<N>: server{socket, site, ..., observing}");
        stack_.each_layer([&](auto& l) {
            if constexpr (requires { l.changed(path, as); }) l.changed(path, as);
        });
    }

    static_assert(
        detail::size_of_memory<std::remove_reference_t<Memory>> >= stack_type::min_buffer_size,
        "mincoap: this memory is too small for a server, which needs 12 bytes, 22 with echo_guard, or 40 with oscore");

    static constexpr bool emits = stack_type::emits;

    constexpr detail::server_state& state() { return memory_.state; }

    // The message's memory: the socket's if it has lent some, otherwise the server's.
    constexpr mutable_bytes buffer() {
        if constexpr (net::lending_socket<Socket>) return lent_;
        else return memory_.message;
    }
    net::status receive() {
        if constexpr (net::lending_socket<Socket>) return socket_.receive(lent_, state().from);
        else return socket_.receive(buffer(), state().from);
    }

    // Layers and clients take turns, so neither can starve the other.
    constexpr bool has_emitted() const { return emits && memory_.state.has_emitted; }

    // Each returns true if there is something to send.
    bool emit(std::uint32_t now_ms) {
        if constexpr (emits) return stack_.idle_ms(now_ms) == 0 && answer_or_emit(now_ms, true);
        else return false;
    }
    bool answer(std::uint32_t now_ms) {
        if constexpr (emits) return answer_or_emit(now_ms, false);
        state().size = stack_.receive(buffer(), state().from, now_ms);
        return is_blocked();
    }
    [[gnu::noinline]] bool answer_or_emit(std::uint32_t now_ms, bool emits_now) {
        state().has_emitted = emits_now;
        state().size = stack_.receive_or_emit(buffer(), state().from, now_ms, emits_now);
        return is_blocked();
    }

    poll_result send(std::uint32_t now_ms) {
        const net::status sent = socket_.send(buffer().first(state().size), state().from.route);
        if (sent == net::status::would_block) return wait_or_drop(now_ms);
        state().size = 0;
        if (sent == net::status::failed) return poll_result::error;
        state().full_since_ms = 0;
        return poll_result::served;
    }

    // The answer stays in the message's memory while it waits. The time counts from when the queue
    // was first full, so a full queue delays other clients once, not once per answer.
    poll_result wait_or_drop(std::uint32_t now_ms) {
        if (state().full_since_ms == 0) state().full_since_ms = now_ms | 1;
        if (full_for_ms(now_ms) < net::send_patience_ms) return poll_result::blocked;
        state().size = 0;
        return poll_result::unsent;
    }

    // For how many milliseconds the socket has taken no answer, accurate to 2 ms.
    constexpr std::uint32_t full_for_ms(std::uint32_t now_ms) const {
        return (now_ms | 1) - memory_.state.full_since_ms;
    }

    Memory memory_;
    [[no_unique_address]] std::conditional_t<net::lending_socket<Socket>, mutable_bytes, detail::no_member> lent_{};
    Socket& socket_;
    stack_type stack_;
};

// The server made of mistaken arguments. It accepts every call, so the compiler prints only the
// static_assert that names the mistake.
template <typename Socket, typename Handler, typename... Layers>
class server<Socket, Handler, detail::refused, Layers...> {
public:
    server(auto&&...);
    poll_result poll(std::uint32_t now_ms);
    bool is_blocked() const;
    std::uint32_t idle_ms(std::uint32_t now_ms) const;
    void start_message_ids_at(std::uint16_t first);
    template <typename L>
    L& layer();
};

template <typename Socket, typename Handler, typename... Layers,
          typename Of = detail::server_on<!detail::has_memory_in_front<Layers...>, Socket, Handler, Layers...>>
server(Socket&&, Handler&&, Layers&&...)
    -> server<typename Of::socket, typename Of::handler, typename Of::memory, Layers...>;
template <typename Socket, typename Handler, typename Memory, typename... Layers,
          typename Of = detail::server_in_memory<detail::memory_like<Memory>, Socket, Handler, Memory, Layers...>>
server(Socket&&, Handler&&, Memory&&, Layers&&...)
    -> server<typename Of::socket, typename Of::handler, typename Of::memory, Layers...>;

}  // namespace mincoap
