#include "trust.hpp"

#include <charconv>

#include <mincoap/posix/udp_socket.hpp>

namespace demo {

using mincoap::net::endpoint;

bool network::contains(const endpoint& e) const {
    if (is_ipv4(e) != is_ipv4(first)) return false;
    if (first.interface != 0 && first.interface != e.interface) return false;
    for (unsigned bit = 0; bit < prefix_length; ++bit)
        if (((e.address[bit / 8] ^ first.address[bit / 8]) & 0x80 >> bit % 8) != 0) return false;
    return true;
}

namespace {

// An address. Only a link-local address has an interface.
std::optional<endpoint> to_address(const std::string& text) {
    const auto address = mincoap::posix::to_endpoint(text, 0);
    const bool is_interface_alone = text.starts_with('%');
    if (!address || is_interface_alone) return std::nullopt;
    const bool is_link_local = address->address[0] == 0xfe && (address->address[1] & 0xc0) == 0x80;
    if (address->interface != 0 && !is_link_local) return std::nullopt;
    return *address;
}

}  // namespace

std::optional<network> to_network(const std::string& text) {
    const std::size_t slash = text.find('/');
    const auto address = to_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    const unsigned skipped = is_ipv4(*address) ? 96 : 0;
    unsigned length = 128 - skipped;
    if (slash != std::string::npos) {
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, length);
        if (error != std::errc{} || rest != end || length > 128 - skipped) return std::nullopt;
    }
    return network{*address, skipped + length};
}

std::optional<std::vector<network>> to_networks(const std::vector<std::string>& texts) {
    std::vector<network> networks;
    for (const std::string& text : texts) {
        if (text == "none") continue;
        const auto network = to_network(text);
        if (!network) return std::nullopt;
        networks.push_back(*network);
    }
    return networks;
}

}  // namespace demo
