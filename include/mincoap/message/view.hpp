// A received message (RFC 7252 §3), checked once. A `view` exists only if its bytes are
// well-formed, so reading from it cannot fail.
//
// A view and all values that it returns point into the datagram. They are valid as long as its
// bytes are.
#pragma once

#include <array>
#include <expected>
#include <optional>

#include <mincoap/message/bytes.hpp>
#include <mincoap/message/code.hpp>
#include <mincoap/message/option.hpp>
#include <mincoap/message/uint.hpp>

namespace mincoap::message {

inline constexpr std::size_t header_size = 4;
inline constexpr std::size_t max_token_size = 8;
inline constexpr byte payload_marker = 0xff;

// Read the header's fields from a datagram, which has at least `header_size` bytes.
constexpr type type_of(const byte* datagram) { return static_cast<type>(datagram[0] >> 4 & 3); }
constexpr std::size_t token_size_of(const byte* datagram) { return datagram[0] & 15; }
constexpr code code_of(const byte* datagram) { return static_cast<code>(datagram[1]); }
constexpr std::uint16_t message_id_of(const byte* datagram) {
    return static_cast<std::uint16_t>(datagram[2] << 8 | datagram[3]);
}

struct option_view {
    option number{};
    bytes value;

    constexpr std::uint32_t uint() const { return to_uint(value); }
    std::string_view text() const { return as_text(value); }
};

// Reads options one by one (RFC 7252 §3.1). `view::parse` uses it to check a message. Other code
// uses it through `view::options()`, where `malformed` can no longer occur.
class option_reader {
public:
    enum class step : byte { option, end, malformed };

    constexpr option_reader(const byte* at, const byte* end) : at_(at), end_(end) {}

    // Advances to the next option. Returns `end` at the end of the message or at the payload
    // marker, and does not step over the marker.
    constexpr step next() {
        if (at_ == end_ || *at_ == payload_marker) return step::end;
        const byte* at = at_;
        const unsigned head = *at++;
        const std::size_t delta = extended(head >> 4, at, end_);
        const std::size_t length = extended(head & 15, at, end_);
        if (delta > 0xffffU - number_ || length > static_cast<std::size_t>(end_ - at)) return step::malformed;
        number_ += static_cast<unsigned>(delta);
        length_ = length;
        at_ = at + length;
        return step::option;
    }

    constexpr option number() const { return static_cast<option>(number_); }
    constexpr bytes value() const { return {at_ - length_, length_}; }
    constexpr option_view current() const { return {number(), value()}; }

    // Returns the first byte that was not read.
    constexpr const byte* position() const { return at_; }

private:
    // Returns a delta or length with its extension: 13 means one more byte, 14 two more. If the
    // nibble is reserved (15) or the extension is cut off, the result is larger than any delta or
    // length that fits.
    static constexpr std::size_t extended(unsigned nibble, const byte*& at, const byte* end) {
        if (nibble < 13) [[likely]]
            return nibble;
        const std::size_t size = nibble - 12;
        if (size == 3 || size > static_cast<std::size_t>(end - at)) return ~std::size_t{0};
        const std::size_t first = *at;
        at += size;
        return size == 1 ? first + 13 : (first << 8 | at[-1]) + 269;
    }

    const byte* at_;
    const byte* end_;
    std::size_t length_ = 0;
    unsigned number_ = 0;
};

// The options of a checked message, in ascending order of their numbers: `for (const option_view o : options)`.
class option_range {
public:
    struct sentinel {};

    class iterator {
    public:
        constexpr explicit iterator(option_reader reader) : reader_(reader) { ++*this; }
        constexpr option_view operator*() const { return reader_.current(); }
        constexpr iterator& operator++() {
            more_ = reader_.next() == option_reader::step::option;
            return *this;
        }
        constexpr bool operator==(sentinel) const { return !more_; }

    private:
        option_reader reader_;
        bool more_ = false;
    };

    // `encoded` holds well-formed options. A payload marker may follow them.
    constexpr explicit option_range(bytes encoded) : encoded_(encoded) {}

    constexpr iterator begin() const {
        return iterator{option_reader{encoded_.data(), encoded_.data() + encoded_.size()}};
    }
    constexpr sentinel end() const { return {}; }

    // Returns the first option of that number whose length is in the range of its definition. An
    // option of another length counts as unrecognised (RFC 7252 §5.4.3).
    constexpr std::optional<option_view> find(option number) const {
        const option_properties properties = properties_of(number);
        for (const option_view o : *this)
            if (o.number == number && o.value.size() >= properties.min_length &&
                o.value.size() <= properties.max_length)
                return o;
        return std::nullopt;
    }

private:
    bytes encoded_;
};

enum class parse_error : byte {
    none,
    too_short,        // less than the four bytes of a header
    unknown_version,  // the version is not 1: "MUST be silently ignored" (RFC 7252 §3)
    format,           // a message format error (RFC 7252 §3, §4.1): to be rejected (§4.2, §4.3)
};

class view {
public:
    // An Empty message.
    constexpr view() : view(empty_message, empty_message.data() + empty_message.size()) {}

    // Has no value yet. The caller parses a message into it, and does not read it if that fails.
    struct unparsed {};
    constexpr explicit view(unparsed) {}

    // Checks a datagram. The format errors are: a token length of 9 to 15; a token, an option's
    // extension or an option's value that goes past the end; a delta or length of 15; an option
    // number above 65535; a payload marker without a payload; and an Empty message with bytes after
    // its Message ID.
    static constexpr std::expected<view, parse_error> parse(bytes datagram);

    // Parses into an existing view, which keeps its value on an error. Calls `each(option, begin)`
    // for every option on the way; `begin` points to the option's first byte. On an error, the
    // caller must discard the results of these calls.
    static constexpr parse_error parse(bytes datagram, view& parsed, auto&& each) {
        if (datagram.size() < header_size) return parse_error::too_short;
        const byte* const header = datagram.data();
        if (header[0] >> 6 != 1) return parse_error::unknown_version;

        const std::size_t options_begin = header_size + token_size_of(header);
        if (options_begin > header_size + max_token_size || options_begin > datagram.size()) return parse_error::format;
        if (code_of(header) == code::empty && datagram.size() > header_size) return parse_error::format;

        const byte* const end = header + datagram.size();
        option_reader options{header + options_begin, end};
        for (;;) {
            const byte* const begin = options.position();
            const option_reader::step step = options.next();
            if (step == option_reader::step::option) {
                each(options.current(), begin);
                continue;
            }
            // After the options, the message ends, or a marker and a payload follow.
            if (step == option_reader::step::malformed || end - begin == 1) return parse_error::format;
            parsed = view{datagram, begin == end ? end : begin + 1};
            return parse_error::none;
        }
    }

    constexpr message::type type() const { return type_of(begin_); }
    constexpr message::code code() const { return code_of(begin_); }
    constexpr std::uint16_t message_id() const { return message_id_of(begin_); }
    constexpr bytes token() const { return {begin_ + header_size, token_size_of(begin_)}; }

    constexpr option_range options() const {
        return option_range{bytes{begin_ + header_size + token_size_of(begin_), payload_}};
    }

    // Empty if there is none.
    constexpr bytes payload() const { return {payload_, end_}; }

    constexpr bytes datagram() const { return {begin_, end_}; }

    // Leaves out the first `count` bytes of the payload, which is longer. Call it for a message whose
    // options were read.
    constexpr void drop_from_payload(std::size_t count) { payload_ += count; }

private:
    static constexpr std::array<byte, header_size> empty_message{0x40, 0, 0, 0};

    constexpr view(bytes datagram, const byte* payload)
        : begin_(datagram.data()), payload_(payload), end_(begin_ + datagram.size()) {}

    const byte* begin_;
    const byte* payload_;  // after its marker, or the end
    const byte* end_;
};

constexpr std::expected<view, parse_error> view::parse(bytes datagram) {
    view parsed;
    const parse_error error = parse(datagram, parsed, [](const option_view&, const byte*) {});
    if (error != parse_error::none) return std::unexpected(error);
    return parsed;
}

}  // namespace mincoap::message
