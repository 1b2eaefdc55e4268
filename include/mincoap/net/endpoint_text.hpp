// An endpoint as people write it, for logs and messages: `to_text`.
#pragma once

#include <string_view>

#include <mincoap/net/endpoint.hpp>

namespace mincoap::net {

// Owns the text. A view of it is valid as long as this object.
class endpoint_text {
public:
    // "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%", a zone, "]:65535"
    static constexpr std::size_t longest_zone = 15;
    static constexpr std::size_t longest = 41 + longest_zone + 7;

    constexpr std::string_view view() const { return {text_.data(), size_}; }
    constexpr operator std::string_view() const { return view(); }

    constexpr void put(char c) { text_[size_++] = c; }
    constexpr void put(std::string_view text) {
        for (const char c : text) put(c);
    }
    constexpr void put_number(std::uint32_t number, std::uint32_t base = 10) {
        if (number >= base) put_number_above(number, base);
        put("0123456789abcdef"[number % base]);
    }

private:
    // Writes all digits but the last one, the highest digit first, without recursion.
    constexpr void put_number_above(std::uint32_t number, std::uint32_t base) {
        std::uint32_t place = base;
        while (number / place >= base) place *= base;
        for (; place >= base; place /= base) put("0123456789abcdef"[number / place % base]);
    }

    std::array<char, longest> text_{};
    byte size_ = 0;
};

namespace detail {

constexpr std::uint32_t group(const endpoint& e, unsigned index) {
    const std::size_t at = std::size_t{2} * index;
    return static_cast<std::uint32_t>(e.address[at] << 8 | e.address[at + 1]);
}

struct group_run {
    unsigned first = 8;
    unsigned size = 0;
};

constexpr group_run zeros_from(const endpoint& e, unsigned first) {
    group_run run{first};
    while (first + run.size < 8 && group(e, first + run.size) == 0) ++run.size;
    return run;
}

// Returns the longest run of zeros, or the first of several that are equally long. A single group
// is no run (RFC 5952 §4.2).
constexpr group_run shortened(const endpoint& e) {
    group_run longest{8, 1};
    for (unsigned first = 0; first < 8; ++first) {
        const group_run run = zeros_from(e, first);
        if (run.size > longest.size) longest = run;
    }
    return longest;
}

constexpr void put_ipv4(endpoint_text& to, const endpoint& e) {
    for (unsigned i = 12; i < 16; ++i) {
        if (i > 12) to.put('.');
        to.put_number(e.address[i]);
    }
}

// RFC 5952 §4.
constexpr void put_ipv6(endpoint_text& to, const endpoint& e) {
    const group_run left_out = shortened(e);
    for (unsigned i = 0; i < 8; ++i) {
        if (i == left_out.first) {
            to.put("::");
            i += left_out.size;
            if (i == 8) return;
        } else if (i > 0) {
            to.put(':');
        }
        to.put_number(group(e, i), 16);
    }
}

constexpr void put_zone(endpoint_text& to, const endpoint& e, std::string_view name) {
    if (e.interface == 0) return;
    to.put('%');
    if (name.empty() || name.size() > endpoint_text::longest_zone) to.put_number(e.interface);
    else to.put(name);
}

}  // namespace detail

// "192.0.2.1:5683", "[2001:db8::1]:5683", and with an interface "[fe80::1%2]:5683" (RFC 5952 §6, RFC 4007 §11.2).
//   e                the endpoint
//   interface_name   written instead of the number, unless it has more than 15 characters; ask the system for it
constexpr endpoint_text to_text(const endpoint& e, std::string_view interface_name = {}) {
    endpoint_text text;
    const bool ipv4 = is_ipv4(e);
    if (!ipv4) text.put('[');
    ipv4 ? detail::put_ipv4(text, e) : detail::put_ipv6(text, e);
    detail::put_zone(text, e, interface_name);
    text.put(ipv4 ? ":" : "]:");
    text.put_number(e.port);
    return text;
}

}  // namespace mincoap::net
