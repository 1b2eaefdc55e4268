// Tags of a client's endpoint, made with the server's key.
#pragma once

#include <bit>

#include <mincoap/assert.hpp>
#include <mincoap/net/endpoint.hpp>
#include <mincoap/security/mac.hpp>

namespace mincoap::security {

// Returns the tag of an endpoint, of 32 bits beside it, and of a number for the purpose. The same
// bytes have the same tag on each machine.
template <mac Mac>
std::uint64_t endpoint_tag(const typename Mac::key& secret, const net::endpoint& remote, std::uint32_t beside,
                           std::uint32_t purpose) {
    if constexpr (std::same_as<typename Mac::key, key>) MINCOAP_ASSERT(secret != key{});  // a zero key was never drawn
    std::array<block, 2> about{{{}, {remote.interface, remote.port, beside, purpose}}};
    // The address is the endpoint's first member and has its alignment, so the compiler copies
    // words and does not call memcpy.
    const void* const address = __builtin_assume_aligned(remote.address.data(), alignof(net::endpoint));
    __builtin_memcpy(about[0].data(), address, sizeof remote.address);
    if constexpr (std::endian::native != std::endian::little)
        for (std::uint32_t& word : about[0]) word = std::byteswap(word);
    return Mac::tag(secret, about);
}

}  // namespace mincoap::security
