// The server: a socket, a handler, layers between them, and the memory of one datagram.
#pragma once

#include <mincoap/server/arguments.hpp>

namespace mincoap {

// RFC 7252 §4.6: room for 1,024 bytes of payload with header and options, where nothing else is known.
inline constexpr std::size_t default_message_size = 1152;

enum class poll_result : byte {
    idle,     // there was nothing to do
    served,   // a message was sent; there may be more
    ignored,  // a datagram was taken, and nothing is sent for it now; there may be more
    blocked,  // the socket does not take the answer now; the next poll sends it, before it receives anything
    unsent,   // an answer is lost, since the socket took none for `net::send_patience_ms`; there may be more
    error,    // the socket failed, and says why; an answer that it failed to send is lost
};

struct given_memory {};  // the caller's, instead of a buffer in the server

namespace detail {

// In place of memory: an argument is a mistake, and has been told.
struct refused {};

// Memory of another size than its type tells is checked in every build: a server in too little of it would write past
// its end for any datagram.
template <std::size_t Least, typename Memory>
constexpr mutable_bytes checked(Memory&& given) {
    const mutable_bytes memory{given};
    if constexpr (extent_of<std::remove_cvref_t<Memory>> == std::dynamic_extent)
        if (memory.size() < Least) __builtin_trap();
    return memory;
}

// In place of a member that is not needed. Two of one type would have an address each.
template <int>
struct no_member {
    constexpr no_member(auto&&...) {}  // NOLINT(*-explicit-*)
};

}  // namespace detail

// A socket and a handler are referred to, and outlive the server, as do layers that are variables. One of the layers is
// `echo_guard` or `unguarded`.
template <net::udp_socket Socket, handler Handler, typename Memory, typename... Layers>
class server {
    using stack_type = stack<Handler, Layers...>;

public:
    // With a buffer of its own, of `default_message_size` bytes.
    template <typename... Given>
        requires(!std::same_as<Memory, given_memory>)
    constexpr server(Socket& given_socket, const Handler& given_handler, Given&&... layers)
        : buffer_(memory_), storage_(buffer_), socket_(given_socket),
          stack_(given_handler, std::forward<Given>(layers)...) {}

    // In memory of the caller's: 12 to 65,535 bytes, with a guard at least 22, the size of the largest datagram that is
    // taken or sent. Less than that does not compile, or traps where only a std::span tells the size.
    template <detail::memory Given, typename... GivenLayers>
        requires std::same_as<Memory, given_memory>
    constexpr server(Socket& given_socket, const Handler& given_handler, Given&& memory, GivenLayers&&... layers)
        : buffer_(detail::checked<stack_type::min_buffer_size>(memory)), storage_(buffer_), socket_(given_socket),
          stack_(given_handler, std::forward<GivenLayers>(layers)...) {
        static_assert(detail::is_large_enough<Given, Layers...>,
                      "mincoap: this memory is too small for a server, which needs 12 bytes, or 22 with echo_guard");
    }

    // What is a temporary does not outlive the server.
    template <typename... Given>
    server(Socket& given_socket, const Handler&& temporary, Given&&... layers) = delete;

    server(const server&) = delete;
    server& operator=(const server&) = delete;

    // Serves at most one datagram, or sends at most one message that a layer has to send; never waits. `now_ms` is
    // handed to handlers as it is. Where it stays the same, a blocked answer waits for the socket without end.
    poll_result poll(std::uint32_t now_ms) {
        if (size_ != 0) return send(now_ms);
        if constexpr (net::lending_socket<Socket>) buffer_ = storage_;
        if (!has_emitted() && emit(now_ms)) return send(now_ms);
        const net::status received = socket_.receive(buffer_, from_);
        if (received == net::status::would_block)
            return has_emitted() && emit(now_ms) ? send(now_ms) : poll_result::idle;
        if (received == net::status::failed) return poll_result::error;

        has_emitted_ = false;
        size_ = stack_.receive(buffer_, from_, now_ms);
        return size_ == 0 ? poll_result::ignored : send(now_ms);
    }

    // True if an answer waits for the socket to take it: wait for writability then, for `wait_ms` at most, and poll
    // again.
    constexpr bool is_blocked() const { return size_ != 0; }

    // For how many milliseconds `poll` need not be called unless a datagram comes, or the socket takes an answer if
    // `is_blocked()`: until a blocked answer is dropped, until a layer has something to send (see leisure.hpp), or else
    // 24 days.
    constexpr std::uint32_t wait_ms(std::uint32_t now_ms) const {
        if (!is_blocked()) return stack_.idle_ms(now_ms);
        const std::uint32_t waited_ms = full_for_ms(now_ms);
        return waited_ms < net::send_patience_ms ? net::send_patience_ms - waited_ms : 0;
    }

    // Messages that the server sends by itself, and Non-confirmable responses, carry Message IDs counted up from this
    // one; it is best drawn at random at each start (RFC 7252 §4.4). Until it is set, from 0.
    constexpr void start_message_ids_at(std::uint16_t first) { stack_.start_message_ids_at(first); }

    // A layer that the server keeps, by its class: `server.layer<counters>()`.
    template <typename L>
    constexpr L& layer() {
        return stack_.template layer<L>();
    }

private:
    static_assert(detail::is_large_enough<Memory, Layers...>,
                  "mincoap: this memory is too small for a server, which needs 12 bytes, or 22 with echo_guard");

    static constexpr bool emits = stack_type::emits;

    // Layers send in turn with clients, so that neither keeps the other one waiting.
    constexpr bool has_emitted() const {
        if constexpr (emits) return has_emitted_;
        else return false;
    }
    bool emit(std::uint32_t now_ms) {
        if constexpr (emits) {
            size_ = stack_.emit(buffer_, from_, now_ms);
            has_emitted_ = size_ != 0;
        }
        return size_ != 0;
    }

    poll_result send(std::uint32_t now_ms) {
        const net::status sent = socket_.send(buffer_.first(size_), from_.path);
        if (sent == net::status::would_block) return wait_or_drop(now_ms);
        size_ = 0;
        if (sent == net::status::failed) return poll_result::error;
        full_since_ms_ = 0;
        return poll_result::served;
    }

    // The answer stays in its buffer while it waits. The patience is that with one full queue: it delays others once,
    // not with each answer that meets it.
    poll_result wait_or_drop(std::uint32_t now_ms) {
        if (full_since_ms_ == 0) full_since_ms_ = now_ms | 1;
        if (full_for_ms(now_ms) < net::send_patience_ms) return poll_result::blocked;
        size_ = 0;
        return poll_result::unsent;
    }

    // For how many milliseconds the socket has taken no answer, to 2 ms.
    constexpr std::uint32_t full_for_ms(std::uint32_t now_ms) const { return (now_ms | 1) - full_since_ms_; }

    [[no_unique_address]] Memory memory_{};
    mutable_bytes buffer_;
    std::size_t size_ = 0;             // of the answer in the buffer that waits for the socket; 0: none does
    std::uint32_t full_since_ms_ = 0;  // when the socket first took no answer, | 1; 0: it took the last one
    [[no_unique_address]] std::conditional_t<emits, bool, detail::no_member<0>> has_emitted_{false};
    [[no_unique_address]] std::conditional_t<net::lending_socket<Socket>, mutable_bytes, detail::no_member<1>> storage_;
    origin from_{};
    Socket& socket_;
    stack_type stack_;
};

// What comes of a mistake, so that its words are all that the compiler says.
template <typename Socket, typename Handler, typename... Layers>
class server<Socket, Handler, detail::refused, Layers...> {
public:
    server(auto&&...);
    poll_result poll(std::uint32_t now_ms);
    bool is_blocked() const;
    std::uint32_t wait_ms(std::uint32_t now_ms) const;
    void start_message_ids_at(std::uint16_t first);
    template <typename L>
    L& layer();
};

namespace detail {

// What the server of these arguments is made of; on a mistake, what `refused` is.
template <bool IsSound, typename Socket, typename Handler, typename Memory>
struct server_in {
    using socket = net::null_socket;
    using handler = null_handler;
    using memory = refused;
};
template <typename Socket, typename Handler, typename Memory>
struct server_in<true, Socket, Handler, Memory> {
    using socket = std::remove_reference_t<Socket>;
    using handler = std::remove_cvref_t<Handler>;
    using memory = Memory;
};

// One of these two is empty: Clang looks at both guides below before it checks their constraints.
template <bool IsMeant, typename Socket, typename Handler, typename... Layers>
struct server_on {};
template <typename Socket, typename Handler, typename... Layers>
struct server_on<true, Socket, Handler, Layers...>
    : server_in<checked_socket_and_handler<Socket, Handler>::is_sound && checked_arguments<Layers...>::is_sound, Socket,
                Handler, std::array<byte, default_message_size>> {};

template <bool IsMeant, typename Socket, typename Handler, typename Memory, typename... Layers>
struct server_in_memory {};
template <typename Socket, typename Handler, typename Memory, typename... Layers>
struct server_in_memory<true, Socket, Handler, Memory, Layers...>
    : server_in<checked_socket_and_handler<Socket, Handler>::is_sound &&
                    checked_memory<Memory, checked_arguments<Layers...>>::is_sound,
                Socket, Handler, given_memory> {};

}  // namespace detail

template <typename Socket, typename Handler, typename... Layers,
          typename Of = detail::server_on<!detail::has_memory_in_front<Layers...>, Socket, Handler, Layers...>>
server(Socket&&, Handler&&, Layers&&...)
    -> server<typename Of::socket, typename Of::handler, typename Of::memory, Layers...>;
template <typename Socket, typename Handler, typename Memory, typename... Layers,
          typename Of = detail::server_in_memory<detail::memory_like<Memory>, Socket, Handler, Memory, Layers...>>
server(Socket&&, Handler&&, Memory&&, Layers&&...)
    -> server<typename Of::socket, typename Of::handler, typename Of::memory, Layers...>;

}  // namespace mincoap
