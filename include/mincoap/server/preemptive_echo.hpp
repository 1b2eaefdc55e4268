// An Echo option for the next request in the response to this one (RFC 9175 §2.3): a client that fetches a body in
// blocks, each of which is too large for an address that nobody has confirmed, takes one round trip for a block then
// instead of two.
//
//     server server{socket, site, echo_guard{key}, preemptive_echo{}};
//
// It goes to clients that sent the option themselves, since others would not make use of it; libcoap does. It costs
// them ten bytes in each response, and the guard a tag.
#pragma once

#include <array>

#include <mincoap/message/append.hpp>
#include <mincoap/server/exchange.hpp>

namespace mincoap {

// A part of the hooks, beside `echo_guard`.
struct preemptive_echo {
    // Adds the option to a response of that many bytes, if the buffer has room for it and it has no option of a larger
    // number. Returns the size of the response.
    template <typename Guard>
    static std::size_t add_echo(exchange& e, std::size_t size, Guard& guard) {
        const message::options_end end{e.buffer.data(), size};
        if (end.last >= option::echo) return size;
        std::array<byte, Guard::echo_size> echo;
        guard.write_echo(e.in.path.remote, echo.data());
        return message::append_option(e.buffer, size, end, option::echo, echo);
    }
};

}  // namespace mincoap
