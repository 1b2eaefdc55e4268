// Writes the options and the payload of a message (RFC 7252 §3) behind a header that stands already.
//
// A writer never writes past its buffer. Once something does not fit, or an option is out of order, the writer has
// `failed()` and writes no more; what it wrote is not a message then. The caller checks once, at the end.
//
// A writer is a value: a copy is a mark, and assigning it back rolls back to the mark, out of failure too.
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

// RFC 7252 §3.1: what a length of two bytes can tell.
inline constexpr std::size_t max_option_size = 269 + 0xffff;

class writer {
public:
    // Appends to the first `used` bytes of the buffer: a header and a token. used <= buffer.size().
    constexpr writer(mutable_bytes buffer, std::size_t used)
        : begin_(buffer.data()), at_(begin_ + used), end_(begin_ + buffer.size()) {}

    // Writes the header and the token, of at most 8 bytes, then goes on behind them.
    constexpr writer(mutable_bytes buffer, type t, message::code c, std::uint16_t message_id, bytes token = {})
        : writer(buffer, 0) {
        MINCOAP_ASSERT(token.size() <= max_token_size);
        put(0x40U | static_cast<unsigned>(t) << 4 | static_cast<unsigned>(token.size()));
        put(static_cast<unsigned>(c));
        put(message_id >> 8);
        put(message_id);
        put_all(token);
    }

    // Appends an option. Numbers ascend; an equal one repeats the option. A value has at most `max_option_size` bytes.
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

    // Appends a Content-Format option, or nothing if it is absent. It needs no extension, and a server that writes no
    // other option does without the code for them.
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

    // Appends to the payload; no option can follow. Appending nothing starts no payload.
    constexpr void payload(bytes part) {
        open_payload(part.size());
        put_all(part);
    }
    constexpr void payload(std::string_view part) {
        open_payload(part.size());
        put_all(part);
    }

    // Appends that many bytes to the payload, for the caller to fill; none if they do not fit.
    constexpr mutable_bytes payload_space(std::size_t size) {
        open_payload(size);
        if (remaining() < size) fail();
        if (failed()) return {};
        at_ += size;
        return {at_ - size, size};
    }

    // For who finds out that what he writes is no message. No room is left then, so that nothing more can be written.
    constexpr void fail() { at_ = end_ = nullptr; }
    constexpr bool failed() const { return at_ == nullptr; }

    // How many bytes can be written.
    constexpr std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }

    // What was written, and how much; nothing if the writer has failed.
    constexpr std::size_t size() const { return failed() ? 0 : static_cast<std::size_t>(at_ - begin_); }
    constexpr bytes written() const { return {begin_, size()}; }

    // Where that ends; null if the writer has failed.
    constexpr byte* position() const { return at_; }

private:
    static constexpr unsigned in_payload = 0x1'0000;  // what `last_` is after the options, larger than their numbers

    // Returns where the value goes, which is behind what is written then; null if the option cannot be written.
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
