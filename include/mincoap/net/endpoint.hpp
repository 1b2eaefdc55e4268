// A UDP endpoint: an address, a port, and the interface it is reached by.
#pragma once

#include <array>
#include <bit>

#include <mincoap/message/bytes.hpp>

namespace mincoap::net {

// IPv6 as it is; IPv4 as an IPv4-mapped IPv6 address, ::ffff:a.b.c.d (RFC 4291 §2.5.5.2). All fields zero: nothing
// said, the network stack may choose.
struct endpoint {
    std::array<byte, 16> address{};
    std::uint32_t interface = 0;  // the zone of a link-local address, or the interface a datagram came in by; 0: any
    std::uint16_t port = 0;       // in host byte order

    friend constexpr bool operator==(const endpoint&, const endpoint&) = default;
};

constexpr endpoint ipv4(byte a, byte b, byte c, byte d, std::uint16_t port) {
    return {.address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, .port = port};
}

// Word by word: adapters ask it of every datagram.
constexpr bool is_ipv4(const endpoint& e) {
    struct words {
        std::uint64_t zeros;
        std::uint32_t mapped;
        std::uint32_t address;
    };
    constexpr auto mapped = std::bit_cast<std::uint32_t>(std::array<byte, 4>{0, 0, 0xff, 0xff});
    const auto given = std::bit_cast<words>(e.address);
    return given.zeros == 0 && given.mapped == mapped;
}

constexpr bool is_unspecified(const endpoint& e) { return e.address == endpoint{}.address; }

// ff00::/8 (RFC 4291 §2.7) or 224.0.0.0/4 (RFC 5771).
constexpr bool is_multicast(const endpoint& e) {
    return e.address[0] == 0xff || (is_ipv4(e) && (e.address[12] & 0xf0) == 0xe0);
}

}  // namespace mincoap::net
