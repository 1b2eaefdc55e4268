// Blocks of a response that a resource knows nothing of (RFC 7959).
//
// A client may ask every resource for blocks of some size, and may send every body as one block. The server deals with
// that for resources that do not: it cuts the block out of the response to a GET or FETCH once it is rendered (§2.4),
// and tells that a body in one block was taken (§2.3). A site without any resource for blocks has no code for it:
// there, a response is always whole, and the option is not repeated.
#pragma once

#include <array>

#include <mincoap/handler/reply.hpp>
#include <mincoap/handler/request.hpp>
#include <mincoap/message/append.hpp>
#include <mincoap/message/block.hpp>

namespace mincoap::detail {

// The Block option that the server answers: Block2 of GET and FETCH, unless a resource has taken it; of other methods
// Block1, which says that the payload is the whole body, or comes to a resource that takes parts of one.
constexpr packed_block left_to_server(const block_options& options, code method) {
    if (!message::is_safe(method)) return options.block1;
    return options.is_taken ? 0 : options.block2;
}

// Leaves of the payload, which begins there and ends with the response, the block that is asked for, and says in
// `asked` whether more follow. Returns the size of the response, or 0 if there is no such block.
inline std::size_t cut_block(byte* response, std::size_t payload_at, std::size_t size, packed_block& asked) {
    const std::size_t all = payload_at < size ? size - payload_at : 0;
    const std::size_t offset = block::offset_of(asked);
    if (block::is_reserved(asked) || (offset != 0 && offset >= all)) return 0;
    std::size_t length = all - offset;
    asked &= ~block::more_bit;
    const std::size_t largest = std::size_t{16} << block::size_exponent_of(asked);
    if (length > largest) {
        length = largest;
        asked |= block::more_bit;
    }
    byte* const payload = response + payload_at;
    move_down(payload + offset, length, payload);
    return size - all + length;
}

// What becomes of the rendered response, of the given size, if the request has a Block option that counts. The header
// has the method still. An option that the resource has written itself is left as it is. Returns where the response
// ends; null if it does not fit.
[[gnu::noinline]] inline byte* answer_in_blocks(mutable_bytes room, byte* response_end, packed_block asked,
                                                reply& answer) {
    byte* const response = room.data();
    auto size = static_cast<std::size_t>(response_end - response);
    const bool is_read = message::is_safe(message::code_of(response));
    const option number = is_read ? option::block2 : option::block1;
    const message::options_end end{response, size};
    if (end.last >= number || is_error(answer.code()) || (is_read && answer.code() != code::content))
        return response_end;
    if (is_read) {
        const std::size_t cut = cut_block(response, end.at + 1, size, asked);
        if (cut == 0)
            return answer = code::bad_request, response + message::header_size + message::token_size_of(response);
        size = cut;
    }
    const std::array<byte, 3> value{static_cast<byte>(asked >> 16), static_cast<byte>(asked >> 8),
                                    static_cast<byte>(asked)};
    const unsigned length = message::uint_size(asked & 0xff'ffff);
    const std::size_t told = message::append_option(room, size, end, number, bytes{value}.last(length));
    const bool is_part = block::number_of(asked) != 0 || (asked & block::more_bit) != 0;
    return told == size && is_part ? nullptr : response + told;
}

}  // namespace mincoap::detail
