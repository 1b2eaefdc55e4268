// Writes the options and the payload of a message (RFC 7252 §3) after its header.
//
// A writer never writes past its buffer. If an option or a payload does not fit, or an option is
// out of order, the writer has `failed()` and writes no more. The bytes that it wrote are then not
// a message. The caller checks once, at the end.
//
// A writer is a value. A copy marks a position. The caller assigns the copy back to return to that
// position, even after a failure.
#pragma once

#include <mincoap/assert.hpp>
#include <mincoap/message/bytes.hpp>
#include <mincoap/message/code.hpp>
#include <mincoap/message/content_format.hpp>
#include <mincoap/message/option.hpp>
#include <mincoap/message/option_head.hpp>
#include <mincoap/message/uint.hpp>
#include <mincoap/message/view.hpp>

namespace mincoap::message {

// The longest value that an extension of two bytes can express (RFC 7252 §3.1).
inline constexpr std::size_t max_option_size = 269 + 0xffff;

class writer {
public:
    // Appends to a header and a token, which take the first `used` bytes of the buffer. `used` is
    // at most buffer.size().
    constexpr writer(mutable_bytes buffer, std::size_t used)
        : begin_(buffer.data()), at_(begin_ + used), end_(begin_ + buffer.size()) {}

    // Writes a header and a token of at most 8 bytes, and appends to them.
    constexpr writer(mutable_bytes buffer, type t, message::code c, std::uint16_t message_id, bytes token = {})
        : writer(buffer, 0) {
        MINCOAP_ASSERT(token.size() <= max_token_size);
        put(0x40U | static_cast<unsigned>(t) << 4 | static_cast<unsigned>(token.size()));
        put(static_cast<unsigned>(c));
        put(message_id >> 8);
        put(message_id);
        put_all(token);
    }

    // Appends an option. Numbers must ascend; an equal number repeats the option. A value has at
    // most `max_option_size` bytes.
    constexpr void option(message::option number, bytes value) {
        byte* const to = open_option(number_of(number), value.size());
        if (to != nullptr) copy_bytes(value.data(), value.size(), to);
    }
    constexpr void option(message::option number, std::string_view value) {
        byte* const to = open_option(number_of(number), value.size());
        if (to != nullptr) copy_bytes(value.data(), value.size(), to);
    }

    // Appends an option in the uint format, in its minimal length.
    constexpr void uint_option(message::option number, std::uint32_t value) {
        const unsigned size = uint_size(value);
        if (size > 4) __builtin_unreachable();
        byte* to = open_option(number_of(number), size);
        if (to == nullptr) return;
        for (to += size; value != 0; value >>= 8) *--to = static_cast<byte>(value);
    }

    // Appends a Content-Format option, unless it is absent. The option has no extension, so a
    // server that writes no other option does not link the code for extensions.
    constexpr void option(encoded_content_format format) {
        constexpr unsigned number = number_of(message::option::content_format);
        if (format.size() == 0) return;
        MINCOAP_ASSERT(number >= last_ || failed());
        if (number < last_ || remaining() < format.size()) return fail();
        byte* const head = at_;
        at_ = format.copy_to(at_);
        *head = static_cast<byte>(*head - (last_ << 4));
        last_ = number;
    }

    // Appends to the payload. No option can follow. An empty part does not start a payload.
    constexpr void payload(bytes part) {
        open_payload(part.size());
        put_all(part);
    }
    constexpr void payload(std::string_view part) {
        open_payload(part.size());
        put_all(part);
    }

    // Appends `size` bytes to the payload and returns them for the caller to fill. Returns an empty
    // span if they do not fit.
    constexpr mutable_bytes payload_space(std::size_t size) {
        open_payload(size);
        if (remaining() < size) fail();
        if (failed()) return {};
        at_ += size;
        return {at_ - size, size};
    }

    // For a caller that cannot complete its message. Leaves no room, so the writer writes no more.
    constexpr void fail() { at_ = end_ = nullptr; }
    constexpr bool failed() const { return at_ == nullptr; }

    // Returns the number of bytes that still fit.
    constexpr std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }

    // The bytes of the message so far, and their number. Empty if the writer has failed.
    constexpr std::size_t size() const { return failed() ? 0 : static_cast<std::size_t>(at_ - begin_); }
    constexpr bytes written() const { return {begin_, size()}; }

    // Returns the end of these bytes, or null if the writer has failed.
    constexpr byte* position() const { return at_; }

private:
    static constexpr unsigned in_payload = 0x1'0000;  // the value of `last_` after the options, above their numbers

    // Writes the head of an option, and leaves room for its value. Returns the beginning of the
    // value, or null if the option cannot be written.
    constexpr byte* open_option(unsigned number, std::size_t length) {
        MINCOAP_ASSERT(number >= last_ || failed());
        const unsigned delta = number - last_;
        if (number < last_ || length > max_option_size || remaining() < option_head_size(delta, length) + length)
            return fail(), nullptr;
        byte* const value = write_option_head(at_, delta, length);
        at_ = value + length;
        last_ = number;
        return value;
    }

    constexpr void open_payload(std::size_t length) {
        if (length == 0 || last_ == in_payload) return;
        last_ = in_payload;
        put(payload_marker);
    }

    constexpr void put(unsigned value) {
        if (at_ == end_) return fail();
        *at_++ = static_cast<byte>(value);
    }

    constexpr void put_all(bytes data) {
        if (remaining() < data.size()) return fail();
        copy_bytes(data.data(), data.size(), at_);
        at_ += data.size();
    }
    constexpr void put_all(std::string_view data) {
        if (remaining() < data.size()) return fail();
        copy_bytes(data.data(), data.size(), at_);
        at_ += data.size();
    }

    byte* begin_;
    byte* at_;
    byte* end_;
    unsigned last_ = 0;  // the number of the last option
};

}  // namespace mincoap::message
