// Adds an option to a message that is already written. The server uses it for options that it knows
// only after it has rendered the response.
#pragma once

#include <mincoap/message/option_head.hpp>
#include <mincoap/message/view.hpp>

namespace mincoap::message {

// Finds the end of the options of a message, and the number of its last option, which is 0 if there
// is no option. The message is well-formed and takes the first `size` bytes of a buffer.
struct options_end {
    std::size_t at;
    option last;

    options_end(const byte* begin, std::size_t size) {
        option_reader options{begin + header_size + token_size_of(begin), begin + size};
        while (options.next() == option_reader::step::option) {}
        at = static_cast<std::size_t>(options.position() - begin);
        last = options.number();
    }
};

// Adds an option at `end`. Its value has at most 12 bytes. Its number is above that of the last
// option, by at most 268. Returns the new size of the message, or `size` if the buffer has no room.
inline std::size_t append_option(mutable_bytes buffer, std::size_t size, options_end end, option number, bytes value) {
    const unsigned delta = number_of(number) - number_of(end.last);
    if (delta >= 269 || value.size() >= 13) __builtin_unreachable();
    const std::size_t added = option_head_size(delta, value.size()) + value.size();
    if (added > buffer.size() - size) return size;
    byte* const begin = buffer.data();
    for (std::size_t from = size; from != end.at; --from) begin[from - 1 + added] = begin[from - 1];
    copy_bytes(value.data(), value.size(), write_option_head(begin + end.at, delta, value.size()));
    return size + added;
}

}  // namespace mincoap::message
