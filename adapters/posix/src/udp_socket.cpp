#include <mincoap/posix/udp_socket.hpp>

#include <cerrno>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mincoap::posix {
namespace {

using net::endpoint;
using net::status;

std::error_code error_from(int number) { return {number, std::system_category()}; }

// An error of one peer's, or of the way there; mostly what ICMP reported of an earlier datagram.
bool is_of_one_peer(int error) {
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

// Only of the datagram at hand: its local address or that one's interface is gone, an address never was of use, or
// a firewall objects.
bool is_of_the_path(int error) {
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

bool is_for_now(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS || error == ENOMEM;
}

// ---- addresses

constexpr byte mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// fe80::/10 (RFC 4291 §2.4), 169.254.0.0/16 (RFC 3927): addresses that mean something on one link only.
bool is_link_local_ipv6(const endpoint& e) { return e.address[0] == 0xfe && (e.address[1] & 0xc0) == 0x80; }
bool is_link_local_ipv4(const endpoint& e) { return e.address[12] == 169 && e.address[13] == 254; }

void set_ipv4(endpoint& e, const in_addr& address) {
    std::memcpy(e.address.data(), mapped_prefix, sizeof mapped_prefix);
    std::memcpy(e.address.data() + sizeof mapped_prefix, &address, sizeof address);
}
void set_ipv6(endpoint& e, const in6_addr& address) { std::memcpy(e.address.data(), &address, sizeof address); }

in_addr ipv4_of(const endpoint& e) {
    in_addr address;
    std::memcpy(&address, e.address.data() + sizeof mapped_prefix, sizeof address);
    return address;
}
in6_addr ipv6_of(const endpoint& e) {
    in6_addr address;
    std::memcpy(&address, e.address.data(), sizeof address);
    return address;
}

// A socket of IPv6 knows IPv4 addresses by their mapped form (RFC 3493 §3.7), as an endpoint does.
union socket_address {
    sockaddr any;
    sockaddr_in ipv4;
    sockaddr_in6 ipv6;
};

socklen_t write(socket_address& to, const endpoint& e, bool ipv6) {
    if (!ipv6) {
        to.ipv4 = {.sin_family = AF_INET, .sin_port = htons(e.port), .sin_addr = ipv4_of(e), .sin_zero = {}};
        return sizeof to.ipv4;
    }
    to.ipv6 = {.sin6_family = AF_INET6,
               .sin6_port = htons(e.port),
               .sin6_flowinfo = 0,
               .sin6_addr = ipv6_of(e),
               .sin6_scope_id = e.interface};
    return sizeof to.ipv6;
}

void read(const socket_address& from, endpoint& e) {
    if (from.any.sa_family == AF_INET6) {
        set_ipv6(e, from.ipv6.sin6_addr);
        e.interface = from.ipv6.sin6_scope_id;
        e.port = ntohs(from.ipv6.sin6_port);
    } else {
        set_ipv4(e, from.ipv4.sin_addr);
        e.interface = 0;
        e.port = ntohs(from.ipv4.sin_port);
    }
}

// ---- packet information: the local address of one datagram, in a control message

template <typename Info>
const Info& info_in(const cmsghdr& header) {
    return *reinterpret_cast<const Info*>(CMSG_DATA(&header));  // aligned, by RFC 3542 §20.3
}

// `ipi_addr` is where it was sent to, `ipi_spec_dst` what to answer from. They differ for groups and for broadcasts,
// which look like any other address.
void read(const in_pktinfo& info, net::arrival& in) {
    in.multicast = info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr;
    in.path.local.interface = static_cast<std::uint32_t>(info.ipi_ifindex);
    if (in.multicast) in.path.local.address = {};
    else set_ipv4(in.path.local, info.ipi_spec_dst);
}

void read(const in6_pktinfo& info, net::arrival& in) {
    in.multicast = info.ipi6_addr.s6_addr[0] == 0xff;
    in.path.local.interface = static_cast<std::uint32_t>(info.ipi6_ifindex);
    if (in.multicast) in.path.local.address = {};
    else set_ipv6(in.path.local, info.ipi6_addr);
}

struct control {
    static constexpr std::size_t others = 64;  // what options that a user sets may add, such as time stamps
    alignas(cmsghdr) byte room[CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(in6_pktinfo)) + others];

    cmsghdr& header() { return *reinterpret_cast<cmsghdr*>(room); }
};

bool is_message(const cmsghdr& header, int level, int type) {
    return header.cmsg_level == level && header.cmsg_type == type;
}

// For a datagram of IPv4, a socket of IPv6 has a message of each kind. That of IPv4 is the one that knows of
// broadcasts. The kernel wrote them, so they are stepped through without the doubts of CMSG_NXTHDR.
void read_control(const control& from, std::size_t size, net::arrival& in) {
    const bool ipv4 = is_ipv4(in.path.remote);
    for (std::size_t at = 0; at + sizeof(cmsghdr) <= size;) {
        const auto& header = *reinterpret_cast<const cmsghdr*>(from.room + at);
        if (ipv4 && is_message(header, IPPROTO_IP, IP_PKTINFO)) return read(info_in<in_pktinfo>(header), in);
        if (!ipv4 && is_message(header, IPPROTO_IPV6, IPV6_PKTINFO)) return read(info_in<in6_pktinfo>(header), in);
        at += CMSG_ALIGN(header.cmsg_len);
    }
    in.path.local = {};
    in.multicast = false;
}

template <typename Info>
std::size_t write(control& to, int level, int type, const Info& info) {
    cmsghdr& header = to.header();
    header.cmsg_len = CMSG_LEN(sizeof info);
    header.cmsg_level = level;
    header.cmsg_type = type;
    std::memset(CMSG_DATA(&header), 0, CMSG_SPACE(sizeof info) - CMSG_LEN(0));  // the padding goes along
    std::memcpy(CMSG_DATA(&header), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
}

// Where an address means something on one link only, the interface tells which; else routing decides, and the interface
// is 0. A local address that says nothing is 0 as well: the message then asks for nothing.
std::size_t write_control(control& to, const net::path& way) {
    if (is_ipv4(way.remote)) {
        const bool link_local = is_link_local_ipv4(way.remote) || is_link_local_ipv4(way.local);
        in_pktinfo info{};
        info.ipi_ifindex = link_local ? static_cast<int>(way.local.interface) : 0;
        info.ipi_spec_dst = ipv4_of(way.local);
        return write(to, IPPROTO_IP, IP_PKTINFO, info);
    }
    const bool link_local = is_link_local_ipv6(way.remote) || is_link_local_ipv6(way.local);
    in6_pktinfo info;
    info.ipi6_addr = ipv6_of(way.local);
    info.ipi6_ifindex = link_local ? way.local.interface : 0;
    return write(to, IPPROTO_IPV6, IPV6_PKTINFO, info);
}

// ---- options

bool set_option(int descriptor, int level, int name, int value) {
    return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

bool wait_for(int descriptor, short events, int timeout_ms) {
    pollfd wanted{.fd = descriptor, .events = events, .revents = 0};
    return ::poll(&wanted, 1, timeout_ms) > 0;
}

// What a kernel without IPv6 says, when the socket is made or at the latest when it is bound.
bool is_lack_of_ipv6(const std::error_code& error) {
    return error == std::errc::address_family_not_supported || error == std::errc::address_not_available;
}

// ---- text

// Copies the text and ends it with a null character, as the system's functions ask for; false if there is no room.
template <std::size_t Size>
bool copy_text(std::string_view text, char (&to)[Size]) {
    if (text.size() >= Size) return false;
    text.copy(to, text.size());
    to[text.size()] = '\0';
    return true;
}

bool parse_address(std::string_view text, endpoint& e) {
    char terminated[INET6_ADDRSTRLEN];
    if (!copy_text(text, terminated)) return false;
    if (::inet_pton(AF_INET6, terminated, e.address.data()) == 1) return true;
    in_addr ipv4;
    if (::inet_pton(AF_INET, terminated, &ipv4) != 1) return false;
    set_ipv4(e, ipv4);
    return true;
}

// An interface by its name or its number; the result is an errno, or 0.
int parse_interface(std::string_view text, std::uint32_t& interface) {
    const char* const end = text.data() + text.size();
    const auto [stopped, wrong] = std::from_chars(text.data(), end, interface);
    if (wrong == std::errc{} && stopped == end && interface != 0) return 0;
    char name[IF_NAMESIZE];
    if (!copy_text(text, name)) return EINVAL;
    interface = ::if_nametoindex(name);
    return interface != 0 ? 0 : ENODEV;
}

}  // namespace

// One datagram with its addresses, as recvmsg and sendmsg take it. The message points at what is beside it.
struct udp_socket::envelope {
    socket_address remote;
    control extra;
    iovec content;
    msghdr message;

    envelope(byte* data, std::size_t size) : content{.iov_base = data, .iov_len = size}, message{} {
        message.msg_name = &remote;
        message.msg_namelen = sizeof remote;
        message.msg_iov = &content;
        message.msg_iovlen = 1;
        message.msg_control = &extra;
        message.msg_controllen = sizeof extra;
    }
    envelope(const envelope&) = delete;
    envelope& operator=(const envelope&) = delete;
    ~envelope() = default;

    // What recvmsg wrote on it.
    void tell(net::arrival& in) const {
        read(remote, in.path.remote);
        read_control(extra, message.msg_controllen, in);
        in.truncated = (message.msg_flags & MSG_TRUNC) != 0;
    }

    // What sendmsg is to read.
    void address(const net::path& way, bool ipv6) {
        message.msg_namelen = write(remote, way.remote, ipv6);
        message.msg_controllen = write_control(extra, way);
    }
};

std::expected<endpoint, std::error_code> to_endpoint(std::string_view address, std::uint16_t port) {
    endpoint e{.port = port};
    const std::size_t percent = address.find('%');
    const bool has_interface = percent != std::string_view::npos;
    const std::string_view digits = address.substr(0, percent);
    if (!(digits.empty() && has_interface) && !parse_address(digits, e)) return std::unexpected(error_from(EINVAL));
    if (!has_interface) return e;
    if (const int error = parse_interface(address.substr(percent + 1), e.interface))
        return std::unexpected(error_from(error));
    return e;
}

std::expected<udp_socket, std::error_code> udp_socket::bind(const endpoint& at) {
    if (is_ipv4(at)) return open(AF_INET, at);
    auto socket = open(AF_INET6, at);
    if (socket || !is_unspecified(at) || !is_lack_of_ipv6(socket.error())) return socket;
    return open(AF_INET, at);
}

std::expected<udp_socket, std::error_code> udp_socket::open(int family, const endpoint& at) {
    udp_socket socket{::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), family == AF_INET6};
    const bool ready = socket.descriptor_ >= 0 && socket.ask_for_packet_info() && socket.keep_to_interface(at) &&
                       socket.bind_address(at);
    if (!ready) return std::unexpected(error_from(errno));
    return socket;
}

// IP_PKTINFO is asked for on a socket of IPv6, too: there it describes the datagrams of IPv4.
bool udp_socket::ask_for_packet_info() const {
    if (!set_option(descriptor_, IPPROTO_IP, IP_PKTINFO, 1)) return false;
    return !ipv6_ || (set_option(descriptor_, IPPROTO_IPV6, IPV6_V6ONLY, 0) &&
                      set_option(descriptor_, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
}

// A link-local address brings its interface along when it is bound, and needs no privilege for it.
bool udp_socket::keep_to_interface(const endpoint& at) const {
    if (at.interface == 0 || is_link_local_ipv6(at)) return true;
    char name[IF_NAMESIZE];
    if (::if_indextoname(at.interface, name) == nullptr) return false;
    return ::setsockopt(descriptor_, SOL_SOCKET, SO_BINDTODEVICE, name, static_cast<socklen_t>(std::strlen(name))) == 0;
}

bool udp_socket::bind_address(const endpoint& at) {
    socket_address address;
    socklen_t size = write(address, at, ipv6_);
    if (::bind(descriptor_, &address.any, size) != 0) return false;
    if (::getsockname(descriptor_, &address.any, &size) != 0) return false;
    endpoint bound;
    read(address, bound);
    port_ = bound.port;
    return true;
}

// By RFC 3678, which has one structure for both families. A socket of IPv6 joins groups of IPv4 as such.
std::error_code udp_socket::join(const endpoint& group) const {
    const bool ipv6 = !is_ipv4(group);
    if (!is_multicast(group) || (ipv6 && !ipv6_)) return error_from(EINVAL);
    group_req request{};
    request.gr_interface = group.interface;
    socket_address address;
    std::memcpy(&request.gr_group, &address, write(address, group, ipv6));
    const int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
    if (::setsockopt(descriptor_, level, MCAST_JOIN_GROUP, &request, sizeof request) == 0) return {};
    return error_from(errno);
}

udp_socket& udp_socket::operator=(udp_socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    error_ = other.error_;
    port_ = other.port_;
    ipv6_ = other.ipv6_;
    return *this;
}

udp_socket::~udp_socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

// A datagram that is there is received, or sent, without a loop: errors are rare, and are dealt with apart.

status udp_socket::receive(mutable_bytes storage, net::arrival& in) {
    envelope letter(storage.data(), storage.size());
    const ssize_t size = ::recvmsg(descriptor_, &letter.message, 0);
    return size >= 0 ? received(letter, size, in) : receive_after(errno, letter, in);
}

[[gnu::always_inline]] inline status udp_socket::received(const envelope& letter, long size, net::arrival& in) const {
    letter.tell(in);
    in.path.local.port = port_;
    in.size = static_cast<std::size_t>(size);
    return status::done;
}

// Bounded, so that a flood of ICMP errors or of signals cannot hold the caller.
[[gnu::cold]] status udp_socket::receive_after(int error, envelope& letter, net::arrival& in) {
    for (int attempts = 8; attempts != 0; --attempts) {
        if (!is_of_one_peer(error) && error != EINTR) return refused(error);
        const ssize_t size = ::recvmsg(descriptor_, &letter.message, 0);
        if (size >= 0) return received(letter, size, in);
        error = errno;
    }
    return status::would_block;
}

status udp_socket::send(bytes datagram, const net::path& way) {
    if (!ipv6_ && !is_ipv4(way.remote)) return status::done;  // from a socket of IPv4, no way leads to IPv6
    envelope letter(const_cast<byte*>(datagram.data()), datagram.size());  // sendmsg only reads it
    letter.address(way, ipv6_);
    return ::sendmsg(descriptor_, &letter.message, 0) >= 0 ? status::done : send_after(errno, letter);
}

// An error may be an earlier datagram's, reported late. To report it took it off the socket, so what comes again is of
// this datagram: then it is lost.
[[gnu::cold]] status udp_socket::send_after(int error, const envelope& letter) {
    for (int attempts = 2; attempts != 0; --attempts) {
        if (is_of_the_path(error)) return status::done;
        if (!is_of_one_peer(error) && error != EINTR) return refused(error);
        if (::sendmsg(descriptor_, &letter.message, 0) >= 0) return status::done;
        error = errno;
    }
    return is_of_one_peer(error) || is_of_the_path(error) ? status::done : refused(error);
}

status udp_socket::refused(int error) {
    if (is_for_now(error)) return status::would_block;
    error_ = error;
    return status::failed;
}

bool udp_socket::wait(int timeout_ms) const { return wait_for(descriptor_, POLLIN, timeout_ms); }
bool udp_socket::wait_to_send(int timeout_ms) const { return wait_for(descriptor_, POLLOUT, timeout_ms); }

}  // namespace mincoap::posix
