// A UDP endpoint: an address, a port, and the interface through which it is reached.
#pragma once

#include <array>
#include <bit>

#include <mincoap/message/bytes.hpp>

namespace mincoap::net {

// Holds an IPv6 address as it is, and an IPv4 address as an IPv4-mapped IPv6 address,
// ::ffff:a.b.c.d (RFC 4291 §2.5.5.2). If all fields are zero, the network stack may choose the
// endpoint.
struct endpoint {
    std::array<byte, 16> address{};
    std::uint32_t interface = 0;  // the zone of a link-local address, or the interface that received a datagram; 0: any
    std::uint16_t port = 0;       // in host byte order

    friend constexpr bool operator==(const endpoint&, const endpoint&) = default;
};

constexpr endpoint ipv4(byte a, byte b, byte c, byte d, std::uint16_t port) {
    return {.address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, .port = port};
}

// Compares words, because adapters call it for every datagram.
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
