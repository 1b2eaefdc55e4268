// An Echo option for the next request in the response to this one (RFC 9175 §2.3): a client that fetches a body in
// blocks, each of which is too large for an address that nobody has confirmed, takes one round trip for a block then
// instead of two.
//
//     server server{socket, site, echo_guard{key}, preemptive_echo{}};
//
// It goes to clients that sent the option themselves, since others would not make use of it; libcoap does. It costs
// them ten bytes in each response, and the guard a tag.
#pragma once

#include <mincoap/server/exchange.hpp>

namespace mincoap {

// A part of the hooks, beside `echo_guard`.
struct preemptive_echo {
    // Adds the option to a response of that many bytes, behind its other options, if the buffer has room for it and
    // their numbers are smaller. Returns the size of the response.
    template <typename Guard>
    static std::size_t add_echo(exchange& e, std::size_t size, Guard& guard) {
        byte* const response = e.buffer.data();
        message::option_reader options{response + detail::token_end_of(e), response + size};
        while (options.next() == message::option_reader::step::option) {}
        const unsigned delta = number_of(option::echo) - number_of(options.number());
        const std::size_t head_size = delta < 13 ? 1 : 2;
        const std::size_t added = head_size + Guard::echo_size;
        if (options.number() >= option::echo || added > e.buffer.size() - size) return size;

        byte* const at = response + (options.position() - response);
        __builtin_memmove(at + added, at, static_cast<std::size_t>(response + size - at));
        at[0] = static_cast<byte>((delta < 13 ? delta : 13) << 4 | Guard::echo_size);
        at[1] = static_cast<byte>(delta - 13);  // or the first byte of the value
        guard.write_echo(e.in.path.remote, at + head_size);
        return size + added;
    }
};

}  // namespace mincoap
