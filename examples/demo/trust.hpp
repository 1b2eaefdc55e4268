// Networks whose addresses the demo takes for confirmed. The operator knows that no host there forges
// them.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <mincoap/net/endpoint.hpp>

namespace demo {

// The addresses of the same family with this prefix, on the same interface if it names one.
struct network {
    mincoap::net::endpoint first;
    unsigned prefix_length;  // in bits; for an IPv4 network, plus 96

    bool contains(const mincoap::net::endpoint& e) const;
};

// Parses "192.0.2.0/24", "2001:db8::/32", "fe80::%eth0/64", or an address alone.
std::optional<network> to_network(const std::string& text);

// Parses all of them. "none" stands for an empty list. Returns nothing if one of them is no network.
std::optional<std::vector<network>> to_networks(const std::vector<std::string>& texts);

// The question of `echo_guard`: is this address trusted?
struct trusted_networks {
    const std::vector<network>* networks;

    bool operator()(const mincoap::net::endpoint& remote) const {
        return std::ranges::any_of(*networks, [&](const network& n) { return n.contains(remote); });
    }
};

}  // namespace demo
