#include <mincoap/posix/udp_socket.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "neighbours.hpp"
#include "packet_info.hpp"
#include "rtnetlink.hpp"
#include "socket_address.hpp"
#include "socket_errors.hpp"
#include "system_error.hpp"

namespace mincoap::posix {
namespace {

using net::endpoint;
using net::status;

// The result of `udp_socket::take` for a datagram that must not be answered. It is no errno.
constexpr int unwanted_datagram = -1;

// ---- options

#ifndef IPV6_MULTICAST_ALL
constexpr int IPV6_MULTICAST_ALL = 29;  // younger than some C libraries
#endif
#ifndef SO_BINDTOIFINDEX
constexpr int SO_BINDTOIFINDEX = 62;
#endif

bool set_option(int descriptor, int level, int name, int value) {
    return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

long option_of(int descriptor, int level, int name, long otherwise) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, level, name, &value, &size) == 0 ? value : otherwise;
}

// Returns true for the error of a kernel without IPv6, which occurs when the socket is made, or at
// the latest when it is bound.
bool is_lack_of_ipv6(const std::error_code& error) {
    return error == std::errc::address_family_not_supported || error == std::errc::address_not_available;
}

// Returns the interface by which all datagrams to an address come in; 0 if there may be several.
std::uint32_t interface_of(const endpoint& at) {
    const bool is_loopback = is_ipv4(at)
                                 ? at.address[12] == 127
                                 : at.address == std::array<byte, 16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    return is_loopback && at.interface == 0 ? ::if_nametoindex("lo") : at.interface;
}

int wait_for(int descriptor, short events, int timeout_ms) {
    pollfd wanted{.fd = descriptor, .events = events, .revents = 0};
    return ::poll(&wanted, 1, timeout_ms);
}

// Returns how much of the send buffer a datagram may use, in bytes. The kernel adds its own data,
// and rounds up to a power of two.
long charge_of(std::size_t size) { return 2 * static_cast<long>(size) + 2048; }

// Requests a buffer of at least `size` bytes, as far as the system permits. The kernel doubles the
// size, for its own data.
void ask_for_buffer(int descriptor, int name, int size) {
    if (option_of(descriptor, SOL_SOCKET, name, 0) < 2L * size) set_option(descriptor, SOL_SOCKET, name, size);
}

// ---- changes of interfaces

struct interface_report {
    nlmsghdr header;
    ifinfomsg body;

    bool is_gone() const { return header.nlmsg_type == RTM_DELLINK && body.ifi_family == AF_UNSPEC; }
    std::uint32_t index() const { return static_cast<std::uint32_t>(body.ifi_index); }
};

// ---- text

// Copies the text and adds the null character that the system's functions need. Returns false if
// there is no room.
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

// Parses the name or the number of an interface. Returns 0, or an errno.
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

// One datagram with its addresses, for recvmsg and sendmsg. The message points to the other
// members.
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

    // Writes the fields for sendmsg to read.
    void address(const net::route& route, bool ipv6) {
        message.msg_namelen = write(remote, route.remote, ipv6);
        message.msg_controllen = write_control(extra, route);
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

std::expected<udp_socket, std::error_code> udp_socket::bind(const endpoint& at) { return bind(at, false); }

std::expected<udp_socket, std::error_code> udp_socket::bind(const endpoint& at, bool is_shared) {
    if (is_ipv4(at)) return open(AF_INET, at, is_shared);
    auto socket = open(AF_INET6, at, is_shared);
    if (socket || !is_unspecified(at) || !is_lack_of_ipv6(socket.error())) return socket;
    return open(AF_INET, at, is_shared);
}

// The first socket is not shared, so it finds another program on the port, and a free port.
std::expected<std::vector<udp_socket>, std::error_code> udp_socket::bind_shared(const endpoint& at, std::size_t count) {
    std::vector<udp_socket> sockets;
    auto alone = bind(at);
    if (!alone) return std::unexpected(alone.error());
    endpoint there = at;
    there.port = alone->local_port();
    if (count == 1) return sockets.push_back(std::move(*alone)), std::move(sockets);
    alone = std::unexpected(std::error_code{});  // closes it
    while (sockets.size() < count) {
        auto next = bind(there, true);
        if (!next) return std::unexpected(next.error());
        sockets.push_back(std::move(*next));
    }
    return sockets;
}

std::expected<udp_socket, std::error_code> udp_socket::open(int family, const endpoint& at, bool is_shared) {
    udp_socket socket{::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), family == AF_INET6};
    if (socket.native_handle() < 0) return std::unexpected(error_from(errno));
    socket.routes_ = detail::descriptor{open_rtnetlink(0)};  // `send` works without it
    socket.has_one_address_ = socket.is_for_one_address(at);
    const bool ready = socket.accept_ipv4() && (socket.has_one_address_ || socket.ask_for_packet_info()) &&
                       socket.keep_to_interface(at) &&
                       (!is_shared || set_option(socket.native_handle(), SOL_SOCKET, SO_REUSEPORT, 1));
    if (!ready) return std::unexpected(error_from(errno));
    socket.set_up();  // before it is bound and can receive
    if (!socket.bind_address(at)) return std::unexpected(error_from(errno));
    if (socket.has_one_address_) socket.here_ = {at.address, interface_of(at), socket.local_port()};
    return socket;
}

std::expected<udp_socket, std::error_code> udp_socket::adopt(int descriptor) {
    const long family = option_of(descriptor, SOL_SOCKET, SO_DOMAIN, -1);
    udp_socket socket{descriptor, family == AF_INET6};
    if (family < 0) return std::unexpected(error_from(errno));
    const bool is_udp =
        (family == AF_INET || family == AF_INET6) && option_of(descriptor, SOL_SOCKET, SO_PROTOCOL, 0) == IPPROTO_UDP;
    if (!is_udp) return std::unexpected(error_from(EINVAL));
    const bool ready = ::fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 && ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 &&
                       socket.ask_for_packet_info() && socket.read_port();
    if (!ready) return std::unexpected(error_from(errno));
    if (socket.local_port() == 0) return std::unexpected(error_from(EINVAL));
    socket.set_up();
    socket.routes_ = detail::descriptor{open_rtnetlink(0)};
    return socket;
}

void udp_socket::set_up() {
    refuse_foreign_groups();
    ask_for_buffers();
}

// Returns true if all datagrams of a socket bound to `at` are to this unicast address, and if an
// answer to a peer that is not link-local needs no interface. Linux lets a socket have a broadcast
// address, too. The routing table tells them apart.
bool udp_socket::is_for_one_address(const endpoint& at) const {
    if (is_unspecified(at) || (is_ipv4(at) && ipv4_of(at).s_addr == INADDR_ANY)) return false;
    if (is_ipv4(at) && is_link_local_ipv4(at) && at.interface == 0) return false;
    return is_of_this_host(routes_.number(), at);
}

bool udp_socket::accept_ipv4() const { return !ipv6_ || set_option(native_handle(), IPPROTO_IPV6, IPV6_V6ONLY, 0); }

// A socket of IPv6 requests IP_PKTINFO as well, because that describes the datagrams of IPv4.
bool udp_socket::ask_for_packet_info() {
    is_described_ = set_option(native_handle(), IPPROTO_IP, IP_PKTINFO, 1) &&
                    (!ipv6_ || set_option(native_handle(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
    return is_described_;
}

// Linux delivers a datagram to a group to each socket of the port, whichever socket joined the
// group. If an option is missing (the IPv6 one came with Linux 4.20), `wants` does its work, and
// `wait` may wake up without a datagram for this socket.
void udp_socket::refuse_foreign_groups() const {
    set_option(native_handle(), IPPROTO_IP, IP_MULTICAST_ALL, 0);
    if (ipv6_) set_option(native_handle(), IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
}

// net.core.wmem_max and rmem_max cap the sizes: 4 MiB in Linux 6.18, 208 KiB before. A receive
// buffer of 208 KiB is full after 277 small datagrams. A burst from one peer then drops the
// datagrams of others.
void udp_socket::ask_for_buffers() const {
    ask_for_buffer(native_handle(), SO_SNDBUF, 2 << 20);
    ask_for_buffer(native_handle(), SO_RCVBUF, 1 << 20);
}

// A link-local address determines its interface when it is bound, and needs no privilege for it.
bool udp_socket::keep_to_interface(const endpoint& at) const {
    if (at.interface == 0 || is_link_local_ipv6(at)) return true;
    char name[IF_NAMESIZE];
    if (::if_indextoname(at.interface, name) == nullptr) return false;
    return ::setsockopt(native_handle(), SOL_SOCKET, SO_BINDTODEVICE, name,
                        static_cast<socklen_t>(std::strlen(name))) == 0;
}

bool udp_socket::bind_address(const endpoint& at) {
    socket_address address;
    const socklen_t size = write(address, at, ipv6_);
    return ::bind(native_handle(), &address.any, size) == 0 && read_port();
}

bool udp_socket::read_port() {
    socket_address address;
    socklen_t size = sizeof address;
    if (::getsockname(native_handle(), &address.any, &size) != 0) return false;
    endpoint bound;
    read(address, bound);
    here_.port = bound.port;
    return true;
}

// Uses RFC 3678, which has one structure for both families. A socket of IPv6 joins groups of IPv4
// as such. Returns 0, or an errno.
int udp_socket::change_membership(int option, const endpoint& group) const {
    const bool ipv6 = !is_ipv4(group);
    group_req request{};
    request.gr_interface = group.interface;
    socket_address address;
    std::memcpy(&request.gr_group, &address, write(address, group, ipv6));
    const int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
    return ::setsockopt(native_handle(), level, option, &request, sizeof request) == 0 ? 0 : errno;
}

std::error_code udp_socket::join(const endpoint& group) {
    if (!is_multicast(group) || (!is_ipv4(group) && !ipv6_)) return error_from(EINVAL);
    if (group.interface != 0 && interfaces_.number() < 0) interfaces_ = detail::descriptor{open_rtnetlink(RTMGRP_LINK)};
    if (const int error = change_membership(MCAST_JOIN_GROUP, group)) return error_from(error);
    char name[IF_NAMESIZE] = "";
    if (group.interface != 0) ::if_indextoname(group.interface, name);
    groups_.push_back({group, name});
    return {};
}

bool udp_socket::is_member(const endpoint& group) const {
    return std::ranges::any_of(groups_, [&](const membership& m) {
        const bool by_this_interface = m.group.interface == 0 || m.group.interface == group.interface;
        return m.group.address == group.address && by_this_interface;
    });
}

// The kernel keeps the membership of an interface that is gone. It would refuse a new membership if
// the number came back.
void udp_socket::lose(membership& m) const {
    change_membership(MCAST_LEAVE_GROUP, m.group);
    m.lost = true;
}

void udp_socket::renew(membership& m) const {
    endpoint there = m.group;
    there.interface = ::if_nametoindex(m.interface.c_str());
    if (there.interface == 0) return;
    const int error = change_membership(MCAST_JOIN_GROUP, there);
    if (error == 0 || error == EADDRINUSE) m = {there, m.interface};
}

// If the kernel drops reports because there are too many (ENOBUFS), the remaining ones report later
// changes.
void udp_socket::rejoin() {
    for (;;) {
        interface_report report;
        const ssize_t size = ::recv(interfaces_.number(), &report, sizeof report, 0);
        if (size < 0 && errno != ENOBUFS) break;
        if (size == static_cast<ssize_t>(sizeof report) && report.is_gone())
            for (membership& m : groups_)
                if (!m.lost && m.group.interface == report.index()) lose(m);
    }
    for (membership& m : groups_)
        if (m.lost) renew(m);
}

// The usual case, one datagram received or sent, needs no loop. Separate functions handle the rare
// cases. burst_socket calls some of these functions as well, so GCC inlines them only where it is
// told to.

// Returns 0, or an errno, or `unwanted_datagram`.
[[gnu::always_inline]] inline int udp_socket::take(mutable_bytes storage, net::arrival& in) {
    if (is_described_) return take_described(storage, in);
    socket_address remote;
    socklen_t remote_size = sizeof remote;
    const ssize_t size =
        ::recvfrom(native_handle(), storage.data(), storage.size(), MSG_TRUNC, &remote.any, &remote_size);
    if (size < 0) return errno;
    read(remote, in.route.remote);
    in.route.local = here_;
    in.multicast = false;
    in.truncated = static_cast<std::size_t>(size) > storage.size();
    in.size = in.truncated ? storage.size() : static_cast<std::size_t>(size);
    return wants(in, false) ? 0 : unwanted_datagram;
}

[[gnu::always_inline]] inline int udp_socket::take_described(mutable_bytes storage, net::arrival& in) {
    envelope letter(storage.data(), storage.size());
    const ssize_t size = ::recvmsg(native_handle(), &letter.message, 0);
    if (size < 0) return errno;
    in.truncated = (letter.message.msg_flags & MSG_TRUNC) != 0;
    in.size = static_cast<std::size_t>(size);
    return describe(letter.remote, letter.extra, letter.message.msg_controllen, in) ? 0 : unwanted_datagram;
}

// Reads the addresses of a datagram. Returns false if it must not be answered.
bool udp_socket::describe(const socket_address& remote, const control& extra, std::size_t extra_size,
                          net::arrival& in) {
    read(remote, in.route.remote);
    in.route.local = here_;
    in.multicast = false;
    return wants(in, is_described_ && read_control(extra, extra_size, in));
}

[[gnu::flatten]] status udp_socket::receive(mutable_bytes storage, net::arrival& in) {
    const int error = take(storage, in);
    return error == 0 ? status::done : receive_after(error, storage, in);
}

// The number of attempts is limited, or a flood of ICMP errors, signals or unwanted datagrams could
// hold the caller.
[[gnu::cold, gnu::noinline]] status udp_socket::receive_after(int error, mutable_bytes storage, net::arrival& in) {
    for (int attempts = 8; attempts != 0; --attempts) {
        if (error == unwanted_datagram) ++unwanted_;
        else if (!is_of_one_peer(error) && error != EINTR)
            return is_for_now(error) ? status::would_block : failed(error);
        if (attempts == 1) break;
        error = take(storage, in);
        if (error == 0) return status::done;
    }
    return status::would_block;
}

// Returns false for a datagram from no address or from a group: an answer would go to the machine
// itself, or to many hosts. Also returns false for one without packet information on a socket for
// all addresses: then neither the destination nor the protocol of the datagram is known.
[[gnu::always_inline]] inline bool udp_socket::wants(net::arrival& in, bool is_described) {
    const endpoint& remote = in.route.remote;
    if (is_no_sender(remote)) return false;
    if (!has_one_address_) return is_described && (!in.multicast || is_of_member(in));
    if (is_ipv4(remote) != is_ipv4(here_)) return false;
    return !is_ipv4(remote) || !is_link_local_ipv4(remote) || in.route.local.interface != 0 || !ask_for_interface();
}

bool udp_socket::is_of_member(net::arrival& in) const {
    const bool joined = is_member(in.route.local);
    in.route.local.address = {};
    return joined;
}

// Has the kernel describe the datagrams that come from now on. Returns false if it does not. The
// routing table then has to choose the interface.
[[gnu::cold]] bool udp_socket::ask_for_interface() { return ask_for_packet_info(); }

[[gnu::flatten]] status udp_socket::send(bytes datagram, const net::route& route) {
    if (!ipv6_ && !is_ipv4(route.remote)) return status::done;  // a socket of IPv4 cannot send to IPv6
    return may_send(datagram.size(), route) ? deliver(datagram, route) : drop();
}

bool udp_socket::may_send(std::size_t size, const net::route& route) {
    const long charge = charge_of(size);
    if (room_ < charge && !find_room(charge, route)) return false;
    room_ -= charge;
    return true;
}

// Returns true if a datagram without a control message takes this route.
bool udp_socket::leaves_from_here(const net::route& route) const {
    return !is_described_ && (is_same_address(route.local, here_) || is_unspecified(route.local));
}

status udp_socket::deliver(bytes datagram, const net::route& route) {
    if (!leaves_from_here(route)) return deliver_described(datagram, route);
    socket_address remote;
    const socklen_t size = write(remote, route.remote, ipv6_);
    const ssize_t sent = ::sendto(native_handle(), datagram.data(), datagram.size(), 0, &remote.any, size);
    return sent < 0 ? send_after(errno, datagram, route) : status::done;
}

status udp_socket::deliver_described(bytes datagram, const net::route& route) {
    envelope letter(const_cast<byte*>(datagram.data()), datagram.size());  // sendmsg only reads it
    letter.address(route, ipv6_);
    return ::sendmsg(native_handle(), &letter.message, 0) < 0 ? send_after(errno, datagram, route) : status::done;
}

// Returns true if this datagram may be sent although the room that was seen last is used up. Only
// this socket fills its send buffer, so there is at least as much room as after the last look.
[[gnu::cold, gnu::noinline]] bool udp_socket::find_room(long charge, const net::route& route) {
    const long room = room_for_anybody();
    if (room <= 0 && !can_be_reached(route)) return false;
    room_ = std::max(room, charge);
    return true;
}

// Returns the bytes of the send buffer that a datagram to any peer may fill. poll calls a socket
// writable while its buffer is less than half full. The limit here is lower, so datagrams to absent
// neighbours do not block `wait_to_send`.
[[gnu::cold]] long udp_socket::room_for_anybody() const {
    constexpr long unknown = 1 << 20;
    const long size = option_of(native_handle(), SOL_SOCKET, SO_SNDBUF, 0);
    int waiting = 0;
    if (size <= 0 || ::ioctl(native_handle(), SIOCOUTQ, &waiting) != 0) return unknown;
    return size * 3 / 8 - waiting;
}

[[gnu::cold]] bool udp_socket::can_be_reached(const net::route& route) const {
    const auto bound = static_cast<std::uint32_t>(option_of(native_handle(), SOL_SOCKET, SO_BINDTOIFINDEX, 0));
    const std::uint32_t zone = route.local.interface != 0 ? route.local.interface : route.remote.interface;
    const std::uint32_t interface = is_link_local(route) ? zone : bound;
    return posix::can_be_reached(routes_.number(), route, interface);
}

status udp_socket::drop() {
    ++dropped_;
    return status::done;
}

// The error may belong to an earlier datagram and be reported late. The report clears it. So if an
// error comes again, it belongs to this datagram, which is then lost.
[[gnu::cold, gnu::noinline]] status udp_socket::send_after(int error, bytes datagram, const net::route& route) {
    envelope letter(const_cast<byte*>(datagram.data()), datagram.size());
    letter.address(route, ipv6_);
    for (int attempts = 2; attempts != 0 && (is_of_one_peer(error) || error == EINTR); --attempts) {
        if (::sendmsg(native_handle(), &letter.message, 0) >= 0) return status::done;
        error = errno;
    }
    return is_of_one_peer(error) || is_of_the_path(error) ? status::done : send_failed(error);
}

// poll knows of the send buffer only, so a wait for memory would be a busy loop.
status udp_socket::send_failed(int error) {
    if (is_lack_of_memory(error)) return drop();
    return is_full(error) || error == EINTR ? status::would_block : failed(error);
}

status udp_socket::failed(int error) {
    error_ = error;
    return status::failed;
}

bool udp_socket::wait(int timeout_ms) {
    if (interfaces_.number() < 0) return wait_for(native_handle(), POLLIN, timeout_ms) > 0;
    pollfd wanted[]{{.fd = native_handle(), .events = POLLIN, .revents = 0},
                    {.fd = interfaces_.number(), .events = POLLIN, .revents = 0}};
    if (::poll(wanted, 2, timeout_ms) <= 0) return false;
    if (wanted[1].revents != 0) rejoin();
    return wanted[0].revents != 0;
}

bool udp_socket::wait_to_send(int timeout_ms) const { return wait_for(native_handle(), POLLOUT, timeout_ms) > 0; }

}  // namespace mincoap::posix
