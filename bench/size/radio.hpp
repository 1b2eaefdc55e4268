// The functions of the board for the programs measured here: a datagram socket, random bytes and a clock. board.cpp
// defines them.
#pragma once

#include <mincoap/net/udp_socket.hpp>

extern "C" {
mincoap::net::status radio_receive(mincoap::byte* storage, std::size_t size, mincoap::net::arrival* in);
mincoap::net::status radio_send(const mincoap::byte* datagram, std::size_t size, const mincoap::net::route* route);
void radio_random(void* storage, std::size_t size);

extern volatile std::uint32_t now_ms;
}

struct radio {
    static mincoap::net::status receive(mincoap::mutable_bytes storage, mincoap::net::arrival& in) {
        return radio_receive(storage.data(), storage.size(), &in);
    }
    static mincoap::net::status send(mincoap::bytes datagram, const mincoap::net::route& route) {
        return radio_send(datagram.data(), datagram.size(), &route);
    }
};
