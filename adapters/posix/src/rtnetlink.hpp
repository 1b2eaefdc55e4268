// Messages of rtnetlink(7): a header, a body and attributes. They need no privilege here.
#pragma once

#include <cstddef>
#include <cstring>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mincoap/message/bytes.hpp>

namespace mincoap::posix {

// Returns a non-blocking socket for the kernel's interfaces, routes and neighbours; -1 if there is
// none. `groups` (RTMGRP_...) selects the changes that it reports.
inline int open_rtnetlink(unsigned groups) {
    const int kernel = ::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (kernel < 0 || groups == 0) return kernel;
    sockaddr_nl here{};
    here.nl_family = AF_NETLINK;
    here.nl_groups = groups;
    if (::bind(kernel, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0) return kernel;
    ::close(kernel);
    return -1;
}

template <typename Body>
struct rtnetlink_message {
    nlmsghdr header{};
    Body body{};
    byte attributes[1024];

    static constexpr std::size_t head_size = NLMSG_SPACE(sizeof(Body));

    // Begins a request of this type. The caller fills in the body.
    void begin(unsigned short type) {
        header = {
            .nlmsg_len = head_size, .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = 0, .nlmsg_pid = 0};
        body = {};
    }

    void add(unsigned short type, const void* value, unsigned short size) {
        const rtattr head{.rta_len = static_cast<unsigned short>(RTA_LENGTH(size)), .rta_type = type};
        byte* const at = attributes + (header.nlmsg_len - head_size);
        std::memcpy(at, &head, sizeof head);
        std::memcpy(at + sizeof head, value, size);
        header.nlmsg_len += static_cast<unsigned>(RTA_SPACE(size));
    }

    // Returns the value of an attribute of at least `size` bytes, or null.
    const byte* find(unsigned short type, std::size_t size) const {
        rtattr head;
        for (std::size_t at = 0; at + sizeof head <= header.nlmsg_len - head_size; at += RTA_ALIGN(head.rta_len)) {
            std::memcpy(&head, attributes + at, sizeof head);
            if (head.rta_len < sizeof head) return nullptr;
            if (head.rta_type == type && head.rta_len >= RTA_LENGTH(size)) return attributes + at + sizeof head;
        }
        return nullptr;
    }

    // Receives a message. Returns true if it is complete.
    bool receive(int kernel) {
        const ssize_t size = ::recv(kernel, this, sizeof *this, 0);
        return size >= static_cast<ssize_t>(head_size) && header.nlmsg_len >= head_size &&
               header.nlmsg_len <= static_cast<std::size_t>(size);
    }
};

}  // namespace mincoap::posix
