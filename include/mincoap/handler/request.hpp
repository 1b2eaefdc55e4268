// The argument of a handler: one request, which is already checked.
#pragma once

#include <optional>

#include <mincoap/handler/block_options.hpp>
#include <mincoap/message/content_format.hpp>
#include <mincoap/message/view.hpp>
#include <mincoap/net/udp_socket.hpp>

namespace mincoap {

// Request methods as a set (RFC 7252 §5.8, RFC 8132 §2).
using method_set = byte;

constexpr method_set set_of(code method) { return static_cast<method_set>(1U << static_cast<unsigned>(method)); }

// A set of critical options. A request has a set of the options that it carries, `critical_options`. A method has a set
// of those that it accepts, `accepted_options`. The server answers 4.02 to a request that carries an option that its
// method does not accept (RFC 7252 §5.4.1).
//
// Critical options have odd numbers. Bit n is option 2n + 1, up to option 39 (Proxy-Scheme). The bits above are the
// sets and demands below.
using option_set = std::uint32_t;

constexpr unsigned critical_index(unsigned number) {
    constexpr unsigned above_39 = number_of(option::proxy_scheme) / 2 + 1;
    return number / 2 < above_39 ? number / 2 : above_39;
}

// Options with a forbidden length or repetition. No method accepts them: RFC 7252 §5.4.3 and §5.4.5 treat them as
// unrecognised.
inline constexpr unsigned malformed_index = 31;
inline constexpr option_set malformed_options = option_set{1} << malformed_index;

// The distance from the bit of a Block option to the bit of its demand.
inline constexpr unsigned demand_distance = 10;

// Properties of a request that a method must accept as if they were critical options.
namespace demand {

// Block2 asks for a block other than the first one, or has the reserved block size (RFC 7959 §2.2). Without this
// demand, Block2 only suggests a block size.
inline constexpr option_set later_block = option_set{1}
                                          << (critical_index(number_of(option::block2)) + demand_distance);

// Block1 says that the payload is a part of the body. Without this demand, the payload is the whole body.
inline constexpr option_set part_of_body = option_set{1}
                                           << (critical_index(number_of(option::block1)) + demand_distance);

// The request came by multicast or broadcast.
inline constexpr option_set multicast = option_set{1} << 22;

// The resource can be observed (RFC 7641). No request has this demand: it is a property of places
// and handlers alone.
inline constexpr option_set observation = option_set{1} << 24;

}  // namespace demand

// Accepts every option, but no requests by multicast, and no observers.
inline constexpr option_set every_option = ~(malformed_options | demand::multicast | demand::observation);
[[nodiscard]] constexpr bool accepts_every_option(option_set accepted) {
    return (accepted & every_option) == every_option;
}

// The set of one option. With Block2 or Block1 it includes the demand that comes with the option.
[[nodiscard]] constexpr option_set set_of(option critical) {
    const option_set own = option_set{1} << critical_index(number_of(critical));
    const bool is_block = critical == option::block1 || critical == option::block2;
    return is_block ? own | own << demand_distance : own;
}

// All critical options with a number above 39, which share one bit.
inline constexpr option_set options_above_39 = set_of(static_cast<option>(0xffff));

// The options that the server handles for every method. They include a suggested block size and a whole body in one
// block (RFC 7959 §2.3, §2.4).
inline constexpr option_set accepted_by_server =
    (set_of(option::uri_host) | set_of(option::uri_port) | set_of(option::uri_path) | set_of(option::accept) |
     set_of(option::block2) | set_of(option::block1)) &
    ~(demand::later_block | demand::part_of_body);

// The arrival of a datagram, and the server's knowledge of its sender.
struct origin : net::arrival {
    // True if the sender is known to receive messages that are sent to its address; see
    // `echo_guard`.
    bool confirmed = false;
};

// The client of a protected request (RFC 8613).
struct peer {
    byte context;  // the place of its security context among `security::oscore::contexts`
    byte tag;      // the application's number, from `contexts::add`
};

namespace detail {

// Bits of `reply_place::protection`, of a request that a layer has decrypted. Below them is the number
// of the request, and above them what only that layer knows.
inline constexpr unsigned protection_context = 40;
inline constexpr unsigned protection_tag = 48;
inline constexpr std::uint64_t protection_is_observed = std::uint64_t{1} << 62;  // Observe came with it, unprotected
inline constexpr std::uint64_t protection_is_authentic = std::uint64_t{1} << 63;

// Returns the place of the context among `security::oscore::contexts`.
constexpr byte context_place(std::uint64_t protection) { return static_cast<byte>(protection >> protection_context); }

}  // namespace detail

// Valid while the handler runs. Its views point into the datagram, which the reply overwrites
// afterwards.
struct request {
    message::view message;
    const origin* from;

    // The time in milliseconds that the caller passed to `poll`. It may wrap around.
    std::uint32_t now_ms;

    // The encoded Uri-Path options, one after the other; see `segments`.
    const byte* path_begin = nullptr;
    const byte* path_end = nullptr;

    option_set critical_options;
    format_option content_format;  // the format of the payload
    format_option accept;          // the format wanted in the response

    // The place of the reply. Only the library changes it.
    detail::reply_place* place;

    // Makes a request whose message is parsed next.
    constexpr request(const origin& in, std::uint32_t time_ms, detail::reply_place& of_reply)
        : message(message::view::unparsed{}), from(&in), now_ms(time_ms),
          critical_options(in.multicast ? demand::multicast : 0), place(&of_reply) {
    }  // NOLINT(clang-analyzer-optin.cplusplus.UninitializedObject)

    // Call it before another message is parsed.
    constexpr void restart() {
        path_begin = path_end = nullptr;
        critical_options = from->multicast ? demand::multicast : 0;
        content_format = accept = {};
    }
    // A single empty segment, which takes one byte, is the root, like no segment at all (RFC 7252
    // §6.5).
    constexpr void leave_out_empty_path() {
        if (path_end - path_begin == 1) path_begin = path_end;
    }

    constexpr code method() const { return message.code(); }
    constexpr bytes payload() const { return message.payload(); }

    // The endpoints of the client and of the server. The latter never has a multicast address; see
    // `net::route`.
    constexpr const net::endpoint& remote() const { return from->route.remote; }
    constexpr const net::endpoint& local() const { return from->route.local; }
    constexpr bool multicast() const { return from->multicast; }

    constexpr bool confirmed() const { return from->confirmed; }

    // Returns the client that has protected the request, and whose answer will be protected. Returns
    // nothing for a plain request.
    constexpr std::optional<mincoap::peer> peer() const {
        const std::uint64_t how = place->protection;
        if ((how & detail::protection_is_authentic) == 0) return std::nullopt;
        return mincoap::peer{detail::context_place(how), static_cast<byte>(how >> detail::protection_tag)};
    }

    // Returns the path's segments, or below a prefix the segments after it. Use their values only;
    // the option numbers have no meaning. Example:
    // `for (const message::option_view s : r.segments())`
    constexpr message::option_range segments() const { return message::option_range{path()}; }
    constexpr bytes path() const { return {path_begin, path_end}; }

    // Returns a part of the request as bytes that the handler may overwrite, such as a ciphertext that it
    // decrypts in place.
    [[nodiscard]] mutable_bytes writable(bytes part) const { return {const_cast<byte*>(part.data()), part.size()}; }

    // Moves a part of the request to the end of the buffer, which shrinks the room for the reply by
    // as much. The part outlives the handler there, and the reply may point to it. The caller must
    // read no other part of the request afterwards, and can therefore call this only once. If
    // memory is tight, this also overwrites the ETags that `in_blocks` compares. Returns an empty
    // span if the part is larger than the room after the token.
    [[nodiscard]] bytes move_behind_reply(bytes part) const {
        const mutable_bytes kept = place_behind_reply(part.size());
        if (!kept.empty()) __builtin_memmove(kept.data(), part.data(), part.size());
        return kept;
    }

    // Copies other bytes to the end of the buffer, in the same way.
    [[nodiscard]] bytes copy_behind_reply(bytes other) const {
        const mutable_bytes kept = place_behind_reply(other.size());
        copy_bytes(other.data(), kept.size(), kept.data());
        return kept;
    }

private:
    [[nodiscard]] mutable_bytes place_behind_reply(std::size_t size) const {
        const byte* const behind_token = message.token().data() + message.token().size();
        if (size > static_cast<std::size_t>(place->room_end - behind_token)) return {};
        place->room_end -= size;
        return {place->room_end, size};
    }
};

}  // namespace mincoap
