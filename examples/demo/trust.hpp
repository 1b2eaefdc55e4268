// Networks whose addresses the demo takes for confirmed: the operator knows that nobody there forges them.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <mincoap/net/endpoint.hpp>

namespace demo {

// The addresses of the same family that begin as this one does, on the same interface if it names one.
struct network {
    mincoap::net::endpoint first;
    unsigned prefix_length;  // in bits; of an IPv4 network, 96 more

    bool contains(const mincoap::net::endpoint& e) const;
};

// From "192.0.2.0/24", "2001:db8::/32", "fe80::%eth0/64", or an address alone.
std::optional<network> to_network(const std::string& text);

// What `echo_guard` asks.
struct trusted_networks {
    const std::vector<network>* networks;

    bool operator()(const mincoap::net::endpoint& remote) const {
        return std::ranges::any_of(*networks, [&](const network& n) { return n.contains(remote); });
    }
};

}  // namespace demo
