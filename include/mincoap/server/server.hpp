// The server: a socket, a handler, and the memory of one exchange.
#pragma once

#include <mincoap/server/arguments.hpp>
#include <mincoap/server/poll.hpp>
#include <mincoap/server/preemptive_echo.hpp>

namespace mincoap {

// RFC 7252 §4.6: room for 1,024 bytes of payload with header and options, where nothing else is known.
inline constexpr std::size_t default_message_size = 1152;

struct given_memory {};  // the caller's, instead of a buffer in the server

namespace detail {

// In place of memory: an argument is a mistake, and has been told.
struct refused {};

// What hooks have at least.
template <typename Hooks>
concept hooking = told_outcomes<Hooks> && shown_responses<Hooks>;

// Memory of another size than its type tells is checked in every build: a server in too little of it would write past
// its end for any datagram.
template <typename Hooks, typename Memory>
constexpr mutable_bytes checked(Memory&& given) {
    const mutable_bytes memory{given};
    if constexpr (extent_of<std::remove_cvref_t<Memory>> == std::dynamic_extent)
        if (memory.size() < min_buffer_size<Hooks>()) __builtin_trap();
    return memory;
}

}  // namespace detail

// What it is given outlives it, but for the parts of the hooks, which it keeps. One of them is `echo_guard` or
// `unguarded`.
template <net::udp_socket Socket, handler Handler, detail::hooking Hooks,
          typename Memory = std::array<byte, default_message_size>>
class server {
public:
    // With a buffer of its own, of `default_message_size` bytes.
    template <hooks_part... Parts>
        requires(!std::same_as<Memory, given_memory>)
    constexpr server(Socket& given_socket, const Handler& given_handler, Parts... parts)
        : exchange_(memory_), socket_(given_socket), handler_(given_handler), hooks_{make_profile(parts...)} {}

    // In memory of the caller's: 12 to 65,535 bytes, with a guard at least 22, the size of the largest datagram that is
    // taken or sent. Less than that does not compile, or traps where only a std::span tells the size.
    template <detail::memory Given, hooks_part... Parts>
        requires std::same_as<Memory, given_memory>
    constexpr server(Socket& given_socket, const Handler& given_handler, Given&& memory, Parts... parts)
        : exchange_(detail::checked<Hooks>(memory)), socket_(given_socket), handler_(given_handler),
          hooks_{make_profile(parts...)} {
        static_assert(detail::is_large_enough<Given, Hooks>,
                      "mincoap: this memory is too small for a server, which needs 12 bytes, or 22 with echo_guard");
    }

    // What is a temporary does not outlive the server.
    template <typename... Parts>
    server(Socket& given_socket, const Handler&& temporary, Parts... parts) = delete;

    server(const server&) = delete;
    server& operator=(const server&) = delete;

    // Serves at most one datagram; never waits. `now_ms` is handed to handlers as it is.
    poll_result poll(std::uint32_t now_ms) { return mincoap::poll(socket_, exchange_, handler_, now_ms, hooks_); }

    // Whether an answer waits for the socket to take it: wait for writability then, for `wait_ms` at most, and poll again.
    constexpr bool is_blocked() const { return exchange_.reply_size != 0; }

    // For how many milliseconds `poll` need not be called unless a datagram comes, or the socket takes an answer if
    // `is_blocked()`: until a blocked answer is dropped, until a part has something to send (see leisure.hpp), or else 24
    // days.
    constexpr std::uint32_t wait_ms(std::uint32_t now_ms) const {
        if (is_blocked()) {
            const std::uint32_t waited_ms = detail::full_for_ms(exchange_, now_ms);
            return waited_ms < net::send_patience_ms ? net::send_patience_ms - waited_ms : 0;
        }
        if constexpr (detail::deferring<Hooks>) return hooks_.deferred_wait_ms(now_ms);
        else return detail::longest_wait_ms;
    }

    // Non-confirmable responses carry Message IDs counted up from this one; it is best drawn at random at each start
    // (RFC 7252 §4.4). Until it is set, from 0.
    constexpr void start_message_ids_at(std::uint16_t first) { hooks_.next = first; }

    constexpr Hooks& hooks() { return hooks_; }

private:
    static_assert(!detail::numbering<Hooks>, "mincoap: the server counts Message IDs itself");
    static_assert(detail::guarding<Hooks> || std::derived_from<Hooks, unguarded>,
                  "mincoap: say what guards others against forged requests: echo_guard{key}, or unguarded{}");
    static_assert(detail::guarding<Hooks> || !std::derived_from<Hooks, preemptive_echo>,
                  "mincoap: preemptive_echo stands beside echo_guard{key}, whose option it adds");

    static_assert(detail::is_large_enough<Memory, Hooks>,
                  "mincoap: this memory is too small for a server, which needs 12 bytes, or 22 with echo_guard");

    struct numbered_hooks : Hooks {
        std::uint16_t next = 0;

        constexpr std::uint16_t next_message_id() { return next++; }
    };

    [[no_unique_address]] Memory memory_{};
    exchange_for<Socket> exchange_;
    Socket& socket_;
    const Handler& handler_;
    numbered_hooks hooks_{};
};

// What comes of a mistake, so that its words are all that the compiler says.
template <typename Socket, typename Handler, typename Hooks>
class server<Socket, Handler, Hooks, detail::refused> {
public:
    server(auto&&...);
    poll_result poll(std::uint32_t now_ms);
    bool is_blocked() const;
    std::uint32_t wait_ms(std::uint32_t now_ms) const;
    void start_message_ids_at(std::uint16_t first);
    Hooks& hooks();
};

namespace detail {

// What the server of these arguments is made of; on a mistake, what `refused` is.
template <bool Sound, typename Socket, typename Handler, typename Memory, typename... Parts>
struct server_in {
    using socket = net::null_socket;
    using handler = null_handler;
    using hooks = profile<unguarded>;
    using memory = refused;
};
template <typename Socket, typename Handler, typename Memory, typename... Parts>
struct server_in<true, Socket, Handler, Memory, Parts...> {
    using socket = std::remove_reference_t<Socket>;
    using handler = std::remove_cvref_t<Handler>;
    using hooks = profile<std::remove_cvref_t<Parts>...>;
    using memory = Memory;
};

template <bool Sound, typename Socket, typename Handler, typename... Arguments>
struct server_on : server_in<Sound && checked_parts<Arguments...>::is_sound, Socket, Handler,
                             std::array<byte, default_message_size>, Arguments...> {};
template <bool Sound, typename Socket, typename Handler, memory_like Memory, typename... Parts>
struct server_on<Sound, Socket, Handler, Memory, Parts...>
    : server_in<Sound && checked_memory<Memory, checked_parts<Parts...>>::is_sound, Socket, Handler, given_memory,
                Parts...> {};

template <typename Socket, typename Handler, typename... Arguments>
using server_of = server_on<checked_socket_and_handler<Socket, Handler>::is_sound, Socket, Handler, Arguments...>;

}  // namespace detail

template <typename Socket, typename Handler, typename... Arguments,
          typename Of = detail::server_of<Socket, Handler, Arguments...>>
server(Socket&&, Handler&&, Arguments&&...)
    -> server<typename Of::socket, typename Of::handler, typename Of::hooks, typename Of::memory>;

}  // namespace mincoap
