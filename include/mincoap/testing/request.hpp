// The request of a test: `testing::request{code::put, "led", "1"}`.
#pragma once

#include <array>

#include <mincoap/assert.hpp>
#include <mincoap/message/writer.hpp>
#include <mincoap/net/udp_socket.hpp>

namespace mincoap::testing {

// A Confirmable request from a client whose address is confirmed, unless the functions below say
// otherwise. Add options in any order, up to `max_options` including the segments of the path. A
// request refers to the texts and bytes that you pass, so they must outlive it.
class request {
public:
    static constexpr std::size_t max_options = 24;

    //   method   its code, such as code::get
    //   path     segments with a slash between them, without percent-encoding: "lamps/2", or "" for the root
    //   payload  text or bytes
    request(code method, std::string_view path = {}, std::string_view payload = {})
        : request(method, path, bytes_of(payload)) {}
    request(code method, std::string_view path, bytes payload) : method_(method), payload_(payload) {
        add_segments(path);
    }

    request& query(std::string_view parameter) { return with(message::option::uri_query, parameter); }
    request& format(content_format f) { return with(message::option::content_format, number_of(f)); }
    request& accept(content_format f) { return with(message::option::accept, number_of(f)); }

    // Adds any option. Its value is a text, bytes, or a number in its shortest form (RFC 7252
    // §3.2).
    request& with(message::option number, std::string_view text) { return with(number, bytes_of(text)); }
    request& with(message::option number, bytes value = {}) { return add({number, value, 0, false}); }
    request& with(message::option number, std::uint32_t value) { return add({number, {}, value, true}); }

    request& non_confirmable() { return type_ = message::type::non_confirmable, *this; }

    // The client may have forged its address, so a `confirmed_only` resource refuses the request.
    // If the device has a guard, the guard decides itself.
    request& unconfirmed() { return is_confirmed_ = false, *this; }
    request& to_group() { return arrival_.multicast = true, arrival_.route.local = {}, *this; }
    request& from(const net::endpoint& client) { return arrival_.route.remote = client, *this; }

    bool is_confirmed() const { return is_confirmed_; }
    const net::arrival& arrival() const { return arrival_; }

    // Writes the datagram and returns it. Returns no bytes if it does not fit.
    bytes write(mutable_bytes to) const {
        message::writer writer{to, type_, method_, message_id, token};
        for (std::size_t i = 0; i < count_ && !writer.failed(); ++i) {
            const given& o = options_[i];
            if (o.is_number) writer.uint_option(o.number, o.value);
            else writer.option(o.number, o.data);
        }
        if (!writer.failed()) writer.payload(payload_);
        return writer.written();
    }

private:
    struct given {
        message::option number{};
        bytes data;
        std::uint32_t value = 0;
        bool is_number = false;
    };

    static constexpr std::uint16_t message_id = 1;
    static constexpr std::array<byte, 1> token{0x2a};

    static bytes bytes_of(std::string_view text) { return {reinterpret_cast<const byte*>(text.data()), text.size()}; }
    static constexpr std::uint32_t number_of(content_format f) { return static_cast<std::uint32_t>(f); }

    void add_segments(std::string_view path) {
        while (!path.empty()) {
            const std::size_t slash = path.find('/');
            with(message::option::uri_path, path.substr(0, slash));
            path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
        }
    }

    // Inserts an option after those with the same or a smaller number.
    request& add(const given& o) {
        MINCOAP_ASSERT(count_ < max_options);
        std::size_t at = count_++;
        for (; at != 0 && options_[at - 1].number > o.number; --at) options_[at] = options_[at - 1];
        options_[at] = o;
        return *this;
    }

    code method_;
    message::type type_ = message::type::confirmable;
    bool is_confirmed_ = true;
    bytes payload_;
    net::arrival arrival_{.route = {.remote = net::ipv4(192, 0, 2, 1, 40000), .local = net::ipv4(192, 0, 2, 2, 5683)}};
    std::size_t count_ = 0;
    std::array<given, max_options> options_{};
};

}  // namespace mincoap::testing
