// The errors of a UDP socket, by their effect on the next datagram.
#pragma once

#include <cerrno>

namespace mincoap::posix {

// Returns true for an error of one peer or of the path to it. Most are ICMP errors of an earlier
// datagram.
inline bool is_of_one_peer(int error) {
    switch (error) {
        case ECONNREFUSED:
        case ECONNRESET:
        case EHOSTUNREACH:
        case EHOSTDOWN:
        case ENETUNREACH:
        case ENETDOWN:
        case ENOPROTOOPT:
        case EPROTO:
        case EOPNOTSUPP:
        case EMSGSIZE:
        case EACCES: return true;
        default: return false;
    }
}

// Returns true for an error of this datagram alone: its local address or that address's interface
// is gone, an address was never usable, or a firewall rejects it.
inline bool is_of_the_path(int error) {
    switch (error) {
        case EPERM:
        case EINVAL:
        case EADDRNOTAVAIL:
        case EAFNOSUPPORT:
        case ENODEV:
        case ENXIO: return true;
        default: return false;
    }
}

inline bool is_full(int error) { return error == EAGAIN || error == EWOULDBLOCK; }
inline bool is_lack_of_memory(int error) { return error == ENOBUFS || error == ENOMEM; }
inline bool is_for_now(int error) { return is_full(error) || error == EINTR || is_lack_of_memory(error); }

}  // namespace mincoap::posix
