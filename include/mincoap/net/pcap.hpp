// Makes the bytes of a pcap capture file, which tshark and Wireshark open. The function of a
// `tracer` on a device writes them wherever the device can.
//
//   file: pcap_file_head, then for each datagram pcap_head(traced, time), then traced.datagram
//
// A socket does not see the headers of IP and UDP. They are made up from the endpoints that the
// socket reports.
#pragma once

#include <array>

#include <mincoap/net/tracer.hpp>

namespace mincoap::net {

// Big-endian, version 2.4, up to 65535 bytes of each packet, which begins with its IP header (LINKTYPE_RAW).
inline constexpr std::array<byte, 24> pcap_file_head{0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0,    4,    0, 0, 0, 0,
                                                     0,    0,    0,    0,    0, 0, 0xff, 0xff, 0, 0, 0, 101};

// The time since 1970, in UTC.
struct pcap_time {
    std::uint32_t seconds = 0;
    std::uint32_t microseconds = 0;
};

// The bytes in front of a datagram: the headers of its record, of IPv4 or IPv6, and of UDP.
// `pcap_head` makes them.
class pcap_head_bytes {
public:
    constexpr bytes view() const { return {bytes_.data(), size_}; }

    constexpr void put16(std::uint32_t value) {
        bytes_[size_++] = static_cast<byte>(value >> 8);
        bytes_[size_++] = static_cast<byte>(value);
    }
    constexpr void put32(std::uint32_t value) {
        put16(value >> 16);
        put16(value);
    }
    // Writes the address from byte `begin` on.
    constexpr void put_address(const endpoint& e, std::size_t begin) {
        for (; begin < e.address.size(); ++begin) bytes_[size_++] = e.address[begin];
    }
    constexpr void set16(std::size_t at, std::uint32_t value) {
        bytes_[at] = static_cast<byte>(value >> 8);
        bytes_[at + 1] = static_cast<byte>(value);
    }

private:
    std::array<byte, 16 + 40 + 8> bytes_{};
    std::size_t size_ = 0;
};

namespace detail {

inline constexpr std::uint32_t udp_protocol = 17;
inline constexpr std::uint32_t udp_head_size = 8;
inline constexpr std::size_t record_head_size = 16;

// RFC 1071: the sum of all pairs of bytes, without the last carries and the complement.
constexpr std::uint32_t sum_of_pairs(bytes data) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < data.size(); ++i) sum += i % 2 == 0 ? data[i] * 256U : data[i];
    return sum;
}

constexpr std::uint32_t checksum_of(std::uint32_t sum) {
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return sum ^ 0xffff;
}

// Returns the address and port that the client used. If the socket does not report them, returns
// those that CoAP assigns (RFC 7252 §12.6, §12.8).
constexpr endpoint local_of(const traced& t) {
    const route& route = t.arrival.route;
    const std::uint16_t port = route.local.port != 0 ? route.local.port : std::uint16_t{5683};
    endpoint local = route.local;
    if (is_unspecified(local) || is_ipv4(local) != is_ipv4(route.remote)) {
        local = is_ipv4(route.remote) ? ipv4(0, 0, 0, 0, port) : endpoint{};
        if (t.arrival.multicast)
            local = is_ipv4(route.remote) ? ipv4(224, 0, 1, 187, port)
                                          : endpoint{.address{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd}};
    }
    local.port = port;
    return local;
}

// RFC 791 §3.1.
constexpr void put_ipv4_head(pcap_head_bytes& to, const endpoint& from, const endpoint& dest, std::uint32_t udp_size) {
    to.put32(0x4500'0000 | (20 + udp_size));
    to.put32(0x4000);                          // do not fragment
    to.put32(64U << 24 | udp_protocol << 16);  // hops, and a checksum, which is set below
    to.put_address(from, 12);
    to.put_address(dest, 12);
    to.set16(record_head_size + 10, checksum_of(sum_of_pairs(to.view().subspan(record_head_size))));
}

// RFC 8200 §3.
constexpr void put_ipv6_head(pcap_head_bytes& to, const endpoint& from, const endpoint& dest, std::uint32_t udp_size) {
    to.put32(6U << 28);
    to.put32(udp_size << 16 | udp_protocol << 8 | 64);
    to.put_address(from, 0);
    to.put_address(dest, 0);
}

// RFC 768. IPv4 needs no checksum. In IPv6, the checksum covers the addresses (RFC 8200 §8.1).
constexpr void put_udp_head(pcap_head_bytes& to, const endpoint& from, const endpoint& dest, std::uint32_t udp_size,
                            bytes datagram) {
    to.put16(from.port);
    to.put16(dest.port);
    to.put32(udp_size << 16);
    if (is_ipv4(dest)) return;
    const bytes covered = to.view().subspan(record_head_size + 8);  // from the addresses on
    const std::uint32_t sum = checksum_of(sum_of_pairs(covered) + udp_size + udp_protocol + sum_of_pairs(datagram));
    to.set16(to.view().size() - 2, sum == 0 ? 0xffff : sum);
}

}  // namespace detail

// Returns the bytes in front of a datagram. If the socket truncated the datagram, the file records
// a size one byte above the number of bytes in the file.
constexpr pcap_head_bytes pcap_head(const traced& t, const pcap_time& time) {
    const endpoint local = detail::local_of(t);
    const endpoint& remote = t.arrival.route.remote;
    const endpoint& from = t.direction == direction::in ? remote : local;
    const endpoint& dest = t.direction == direction::in ? local : remote;
    const auto there = static_cast<std::uint32_t>(t.datagram.size());
    const auto told = static_cast<std::uint32_t>(t.arrival.size);
    const std::uint32_t size = t.arrival.truncated && told <= there ? there + 1 : told;
    const std::uint32_t heads = (is_ipv4(remote) ? 20 : 40) + detail::udp_head_size;

    pcap_head_bytes head;
    head.put32(time.seconds);
    head.put32(time.microseconds);
    head.put32(heads + there);
    head.put32(heads + size);
    const std::uint32_t udp_size = detail::udp_head_size + size;
    is_ipv4(remote) ? detail::put_ipv4_head(head, from, dest, udp_size)
                    : detail::put_ipv6_head(head, from, dest, udp_size);
    detail::put_udp_head(head, from, dest, udp_size, t.datagram);
    return head;
}

}  // namespace mincoap::net
