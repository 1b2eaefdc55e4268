// A peer of the socket under test that shares no code with it: blocking sendto and recvfrom.
#pragma once

#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mincoap/net/endpoint.hpp>

namespace mincoap::posix {

struct from_peer {
    std::vector<byte> data;
    net::endpoint from;
};

class raw_peer {
public:
    // Binds to a free port of `address`, in the notation of inet_pton.
    explicit raw_peer(const char* address)
        : family_(std::strchr(address, ':') != nullptr ? AF_INET6 : AF_INET),
          descriptor_(::socket(family_, SOCK_DGRAM, 0)) {
        const timeval patience{.tv_sec = 2, .tv_usec = 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in6 bound = address_of(address, 0);
        socklen_t size = sizeof bound;
        if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&bound), size_of_address()) != 0 ||
            ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&bound), &size) != 0)
            throw std::runtime_error(std::string("no peer at ") + address + ": " + std::strerror(errno));
        here_ = endpoint_of(bound);
    }
    raw_peer(const raw_peer&) = delete;
    raw_peer& operator=(const raw_peer&) = delete;
    ~raw_peer() { ::close(descriptor_); }

    net::endpoint here() const { return here_; }
    int descriptor() const { return descriptor_; }

    bool send(bytes data, const char* address, std::uint16_t port) const {
        const sockaddr_in6 to = address_of(address, port);
        return ::sendto(descriptor_, data.data(), data.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                        size_of_address()) == static_cast<ssize_t>(data.size());
    }

    // Waits up to two seconds for the next datagram.
    std::optional<from_peer> take() const {
        byte storage[2048];
        sockaddr_in6 from{};
        socklen_t size = sizeof from;
        const ssize_t count =
            ::recvfrom(descriptor_, storage, sizeof storage, 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (count < 0) return {};
        return from_peer{{storage, storage + count}, endpoint_of(from)};
    }

private:
    // Returns an address of either family, in the larger of the two structures.
    sockaddr_in6 address_of(const char* text, std::uint16_t port) const {
        sockaddr_in6 any{};
        if (family_ == AF_INET6) {
            any.sin6_family = AF_INET6;
            any.sin6_port = htons(port);
            ::inet_pton(AF_INET6, text, &any.sin6_addr);
            return any;
        }
        sockaddr_in ipv4{};
        ipv4.sin_family = AF_INET;
        ipv4.sin_port = htons(port);
        ::inet_pton(AF_INET, text, &ipv4.sin_addr);
        std::memcpy(&any, &ipv4, sizeof ipv4);
        return any;
    }
    socklen_t size_of_address() const { return family_ == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }

    net::endpoint endpoint_of(const sockaddr_in6& any) const {
        net::endpoint e{};
        e.port = ntohs(any.sin6_port);
        if (family_ == AF_INET6) {
            std::memcpy(e.address.data(), &any.sin6_addr, 16);
            e.interface = any.sin6_scope_id;
        } else {
            sockaddr_in ipv4;
            std::memcpy(&ipv4, &any, sizeof ipv4);
            e.address[10] = e.address[11] = 0xff;
            std::memcpy(e.address.data() + 12, &ipv4.sin_addr, 4);
        }
        return e;
    }

    int family_;
    int descriptor_;
    net::endpoint here_;
};

}  // namespace mincoap::posix
