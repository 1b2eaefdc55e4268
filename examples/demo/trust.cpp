#include "trust.hpp"

#include <charconv>

#include <mincoap/posix/udp_socket.hpp>

namespace demo {

bool network::contains(const mincoap::net::endpoint& e) const {
    for (unsigned bit = 0; bit < prefix_length; ++bit)
        if (((e.address[bit / 8] ^ address[bit / 8]) & 0x80 >> bit % 8) != 0) return false;
    return true;
}

std::optional<network> to_network(const std::string& text) {
    const std::size_t slash = text.find('/');
    const auto address = mincoap::posix::to_endpoint(text.substr(0, slash), 0);
    if (!address) return std::nullopt;
    const unsigned first = is_ipv4(*address) ? 96 : 0;
    unsigned length = 128 - first;
    if (slash != std::string::npos) {
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, length);
        if (error != std::errc{} || rest != end || length > 128 - first) return std::nullopt;
    }
    return network{address->address, first + length};
}

}  // namespace demo
