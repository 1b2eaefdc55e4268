// The server: a socket, a handler, and the memory of one exchange.
#pragma once

#include <mincoap/server/poll.hpp>
#include <mincoap/server/preemptive_echo.hpp>

namespace mincoap {

// RFC 7252 §4.6: room for 1,024 bytes of payload with header and options, where nothing else is known.
inline constexpr std::size_t default_message_size = 1152;

struct given_memory {};  // the caller's, instead of a buffer in the server

// What it is given outlives it, but for the parts of the hooks, which it keeps. One of them is `echo_guard` or
// `unguarded`.
template <net::udp_socket Socket, handler Handler, std::derived_from<hooks> Hooks,
          typename Memory = std::array<byte, default_message_size>>
class server {
public:
    // With a buffer of its own, of `default_message_size` bytes.
    template <hooks_part... Parts>
        requires(!std::same_as<Memory, given_memory>)
    constexpr server(Socket& given_socket, const Handler& given_handler, Parts... parts)
        : exchange_(memory_), socket_(given_socket), handler_(given_handler), hooks_{make_profile(parts...)} {}

    // In memory of the caller's: 12 to 65,535 bytes, with a guard at least 22, the size of the largest datagram that is
    // taken or sent.
    template <hooks_part... Parts>
        requires std::same_as<Memory, given_memory>
    constexpr server(Socket& given_socket, const Handler& given_handler, mutable_bytes memory, Parts... parts)
        : exchange_(memory), socket_(given_socket), handler_(given_handler), hooks_{make_profile(parts...)} {}

    // What is a temporary does not outlive the server.
    template <typename... Parts>
    server(Socket& given_socket, const Handler&& temporary, Parts... parts) = delete;

    server(const server&) = delete;
    server& operator=(const server&) = delete;

    // Serves at most one datagram; never waits. `now_ms` is handed to handlers as it is.
    poll_result poll(std::uint32_t now_ms) { return mincoap::poll(socket_, exchange_, handler_, now_ms, hooks_); }

    // Whether an answer waits for the socket to take it: wait for writability then, and poll again.
    constexpr bool is_blocked() const { return exchange_.reply_size != 0; }

    // For how many milliseconds `poll` need not be called unless a datagram comes: until a part has something to send
    // (see leisure.hpp), or else 24 days.
    constexpr std::uint32_t wait_ms([[maybe_unused]] std::uint32_t now_ms) const {
        if constexpr (detail::deferring<Hooks>) return hooks_.deferred_wait_ms(now_ms);
        else return detail::longest_wait_ms;
    }

    // Non-confirmable responses carry Message IDs counted up from this one; it is best drawn at random at each start
    // (RFC 7252 §4.4). Until it is set, from 0.
    constexpr void start_message_ids_at(std::uint16_t first) { hooks_.next = first; }

    constexpr Hooks& hooks() { return hooks_; }

private:
    static_assert(!requires(Hooks& h) { h.next_message_id(); }, "mincoap: the server counts Message IDs itself");
    static_assert(detail::guarding<Hooks> || std::derived_from<Hooks, unguarded>,
                  "mincoap: say what guards others against forged requests: echo_guard{key}, or unguarded{}");
    static_assert(detail::guarding<Hooks> || !std::derived_from<Hooks, preemptive_echo>,
                  "mincoap: preemptive_echo stands beside echo_guard{key}, whose option it adds");

    struct numbered_hooks : Hooks {
        std::uint16_t next = 0;

        constexpr std::uint16_t next_message_id() { return next++; }
    };

    [[no_unique_address]] Memory memory_{};
    exchange exchange_;
    Socket& socket_;
    const Handler& handler_;
    numbered_hooks hooks_{};
};

template <typename Socket, typename Handler, typename... Parts>
server(Socket&, const Handler&&, Parts...) -> server<Socket, Handler, profile<unguarded>>;
template <typename Socket, typename Handler, hooks_part... Parts>
server(Socket&, const Handler&, Parts...) -> server<Socket, Handler, profile<Parts...>>;
template <typename Socket, typename Handler, hooks_part... Parts>
server(Socket&, const Handler&, mutable_bytes, Parts...) -> server<Socket, Handler, profile<Parts...>, given_memory>;

}  // namespace mincoap
