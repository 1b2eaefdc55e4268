// Inserts an option into a message that is written already, for a layer that knows it only once the response is there.
#pragma once

#include <mincoap/message/option_head.hpp>
#include <mincoap/message/view.hpp>

namespace mincoap::message {

// Inserts an option in the order of the numbers, behind options of the same number (RFC 7252 §3.1).
//   buffer   holds a well-formed message in its first `size` bytes
//   number   the option's number, of any distance to its neighbours
//   value    0 to 12 bytes, outside of the buffer
// Returns the new size of the message in bytes. Returns `size`, and changes nothing, if the buffer has no room.
[[nodiscard]] inline std::size_t insert_option(mutable_bytes buffer, std::size_t size, option number, bytes value) {
    byte* const begin = buffer.data();
    option_reader options{begin + header_size + token_size_of(begin), begin + size};
    const byte* at = options.position();
    option before{};
    bool has_next = false;
    while (!has_next && options.next() == option_reader::step::option) {
        has_next = options.number() > number;
        if (!has_next) at = options.position(), before = options.number();
    }
    // The next option is closer to the new one than to the one before, so that its head may get shorter.
    const byte* const rest = has_next ? options.value().data() : at;
    const std::size_t next_length = has_next ? options.value().size() : 0;
    const unsigned next_delta = has_next ? number_of(options.number()) - number_of(number) : 0;
    const unsigned delta = number_of(number) - number_of(before);
    const std::size_t heads = option_head_size(delta, value.size()) + value.size() +
                              (has_next ? option_head_size(next_delta, next_length) : 0);
    const std::size_t added = heads - static_cast<std::size_t>(rest - at);
    if (added > buffer.size() - size) return size;

    byte* to = begin + (at - begin);
    for (byte* end = begin + size; end != rest; --end) end[added - 1] = end[-1];
    to = write_option_head(to, delta, value.size());
    copy_bytes(value.data(), value.size(), to);
    if (has_next) write_option_head(to + value.size(), next_delta, next_length);
    return size + added;
}

}  // namespace mincoap::message
