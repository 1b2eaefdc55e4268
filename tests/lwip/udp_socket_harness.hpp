// A socket of lwIP, a server on it, and the wires of wire.hpp.
#pragma once

#include <gtest/gtest.h>

#include <mincoap/lwip/udp_socket.hpp>
#include <mincoap/mincoap.hpp>

#include "wire.hpp"

namespace mincoap::lwip {

using net::status;

inline constexpr std::uint16_t port = 5683;
inline constexpr std::uint16_t peer_port = 40'000;

inline constexpr auto site = routes(at<"hello">(text("Hello CoAP")));
inline const packet get_hello{0x40, 1, 0x12, 0x34, 0xb5, 'h', 'e', 'l', 'l', 'o'};
inline const packet hello{0x60, 0x45, 0x12, 0x34, 0xc0, 0xff, 'H', 'e', 'l', 'l', 'o', ' ', 'C', 'o', 'A', 'P'};
inline const packet get_hello_non{0x50, 1, 0x12, 0x34, 0xb5, 'h', 'e', 'l', 'l', 'o'};

class lwip_udp_socket : public testing::Test {
protected:
    lwip_udp_socket() {
        for (wire* w : {&first, &second, &ethernet}) w->clear();
        EXPECT_EQ(socket.bind(port), ERR_OK);
    }

    net::endpoint peer() const { return first.ipv4(9, peer_port); }
    net::endpoint here() const { return first.ipv4(1, port); }
    void ask(const packet& data, std::size_t piece = 0) { first.put(make({peer(), here(), data}), piece); }

    // Receives into `buffer`, which is the first `room` bytes of the storage, or becomes lent memory.
    status receive(udp_socket& from, net::arrival& about, std::size_t room = 1152) {
        buffer = mutable_bytes{memory.message}.first(room);
        return from.receive(buffer, about);
    }
    status receive(std::size_t room = 1152) { return receive(socket, in, room); }
    bool is_lent() const { return buffer.data() != memory.message.data(); }

    poll_result serve() { return device.poll(now_ms); }

    // The socket of a server, which a test looks at.
    struct watched {
        lwip_udp_socket& by;

        status receive(mutable_bytes& lent, net::arrival& about) const {
            const status received = by.socket.receive(lent, about);
            by.buffer = lent;
            by.in = about;
            return received;
        }
        status send(bytes datagram, const net::route& route) const { return by.socket.send(datagram, route); }
    };

    wire& first = wire::number(0);
    wire& second = wire::number(1);
    wire& ethernet = wire::number(2);
    udp_socket socket;
    server_memory<1152> memory;
    mutable_bytes buffer;
    net::arrival in;
    watched watch{*this};
    server<watched, decltype(site), server_memory<1152>&, unguarded> device{watch, site, memory, unguarded{}};
    std::uint32_t now_ms = 0;
};

}  // namespace mincoap::lwip
