// Adds an option to a message that is written already: for what is known of a response only once it is rendered.
#pragma once

#include <mincoap/message/option_head.hpp>
#include <mincoap/message/view.hpp>

namespace mincoap::message {

// The end of the options of the well-formed message in the first `size` bytes of a buffer, and the number of the last
// one, 0 without any.
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

// Adds an option, of a value of up to 12 bytes, at that end. Its number is larger than the last one, by up to 268.
// Returns the size of the message then: the same if there is no room.
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
