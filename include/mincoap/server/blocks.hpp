// Block-wise transfer for resources that do not implement it (RFC 7959).
//
// A client may ask any resource for blocks of some size, and may send any body as a single block.
// For resources without blocks, the server renders the whole response to a GET or FETCH and cuts
// the block out of it (§2.4), and confirms a body that came in one block (§2.3). A site with no
// block-wise resource has no code for this: its responses are always whole and do not repeat the
// option.
#pragma once

#include <array>

#include <mincoap/handler/reply.hpp>
#include <mincoap/handler/request.hpp>
#include <mincoap/message/append.hpp>
#include <mincoap/message/block.hpp>

namespace mincoap::detail {

// Returns the Block option that the server answers; 0 if there is none. For GET and FETCH it is
// Block2, unless the resource has answered it. For other methods it is Block1, which says that the
// payload is the whole body, or belongs to a resource that accepts parts of one.
[[nodiscard]] constexpr packed_block left_to_server(const block_options& options, code method) {
    if (!message::is_safe(method)) return options.block1;
    return options.resource_answers_block2 ? 0 : options.block2;
}

// Cuts a response to the block that is asked for.
//   payload_at   the offset of the payload, in bytes; it ends with the response
//   size         the size of the response, in bytes
//   asked        the Block2 option; its M bit becomes whether more blocks follow
// Returns the new size of the response in bytes; 0 if there is no such block.
[[nodiscard]] inline std::size_t cut_block(byte* response, std::size_t payload_at, std::size_t size,
                                           packed_block& asked) {
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

// Answers the request's Block option in the rendered response. An option that the resource has
// written itself stays as it is.
//   room           from the response's header, which still holds the method, to the end of its memory
//   response_end   the end of the response
//   asked          the Block option of the request
//   answer         the reply; becomes 4.00 if there is no such block
// Returns where the response ends; null if it does not fit.
[[nodiscard, gnu::noinline]] inline byte* answer_in_blocks(mutable_bytes room, byte* response_end, packed_block asked,
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
