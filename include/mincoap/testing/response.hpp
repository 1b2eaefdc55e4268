// The response to the request of a test, and its text: `testing::response`, `testing::description`.
#pragma once

#include <array>
#include <optional>

#include <mincoap/message/view.hpp>
#include <mincoap/server/server_memory.hpp>

namespace mincoap::testing {

// A copy of the datagram that the server sent. Views of it are valid as long as this object.
class response {
public:
    // Silence: the server sent no datagram.
    response() = default;
    explicit response(bytes datagram) : size_(datagram.size()) { copy_bytes(datagram.data(), size_, datagram_.data()); }

    bool is_silence() const { return size_ == 0; }

    // `code::empty` for silence, a Reset, and an acknowledgement without a response.
    message::code code() const { return message().code(); }
    message::type type() const { return message().type(); }
    bytes payload() const { return message().payload(); }
    std::string_view text() const { return as_text(payload()); }

    // Returns the first option of this number, with `value`, `uint()` and `text()`, or nullopt.
    std::optional<message::option_view> option(message::option number) const {
        return message().options().find(number);
    }

    // Returns the whole message. For silence, it is an Empty message.
    message::view message() const { return message::view::parse(datagram()).value_or(message::view{}); }
    bytes datagram() const { return {datagram_.data(), size_}; }

private:
    std::array<byte, default_message_size> datagram_{};
    std::size_t size_ = 0;
};

// The text that `device::said` returns.
class description {
public:
    description() = default;
    explicit description(const response& r) { describe(r); }

    std::string_view view() const { return {text_.data(), size_}; }

private:
    void describe(const response& r) {
        if (r.is_silence()) return put("silence");
        if (r.code() == code::empty) return put(r.type() == message::type::reset ? "reset" : "acknowledged");
        const auto number = static_cast<unsigned>(r.code());
        put_number(number / 32);
        put(number % 32 < 10 ? ".0" : ".");
        put_number(number % 32);
        if (const auto format = r.option(message::option::content_format)) {
            put(" ct=");
            put_number(format->uint());
        }
        if (!r.payload().empty()) put(": ");
        put(r.text());
    }
    void put(std::string_view part) {
        copy_bytes(part.data(), part.size(), text_.data() + size_);
        size_ += part.size();
    }
    void put_number(std::uint32_t number) {
        std::uint32_t place = 1;
        while (number / place >= 10) place *= 10;
        for (; place != 0; place /= 10) text_[size_++] = static_cast<char>('0' + number / place % 10);
    }

    std::array<char, default_message_size + 32> text_;  // the payload, and "4.00 ct=65535: "
    std::size_t size_ = 0;
};

}  // namespace mincoap::testing
