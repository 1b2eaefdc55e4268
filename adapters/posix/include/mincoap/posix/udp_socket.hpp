// The UDP socket of a POSIX system with RFC 3542's packet information, such as Linux: an adapter for net::udp_socket.
//
//   auto socket = mincoap::posix::udp_socket::bind(5683);
//   if (!socket) return complain(socket.error().message());
//   for (;;) { socket->wait(); server.poll(now()); }
//
// It serves IPv4 and IPv6 by one descriptor, and it answers from the address that was asked: RFC 7252 §5.3.2 has a
// client discard a response from any other.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <mincoap/net/udp_socket.hpp>

namespace mincoap::posix {

// An endpoint as people write it: "192.0.2.1", "2001:db8::1", "fe80::1%eth0", and with no address before the "%" an
// interface alone, "%eth0". An interface goes by its name or its number. Names of hosts are not looked up.
//   invalid_argument         the address is none, or an interface's name is too long
//   no_such_device           no interface has this name
std::expected<net::endpoint, std::error_code> to_endpoint(std::string_view address, std::uint16_t port);

namespace detail {

// A descriptor of a socket, closed with this.
class socket_handle {
public:
    explicit socket_handle(int number = -1) : number_(number) {}
    socket_handle(socket_handle&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    socket_handle& operator=(socket_handle&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~socket_handle();

    int number() const { return number_; }

private:
    int number_;
};

}  // namespace detail

// Not safe to use from two threads at once. A socket that was moved from may be destroyed and assigned to only.
class udp_socket {
public:
    static constexpr int forever = -1;

    // Listens on `port`, in host byte order, of one address, or of all of them.
    //   address unspecified    all addresses, IPv6 and IPv4; those of IPv4 alone where the kernel has no IPv6
    //   ::ffff:0.0.0.0         all addresses of IPv4
    //   link-local IPv6        its interface has to be named, too
    //   interface not 0        only what comes in by this interface, and whatever goes out leaves by it
    //   port 0                 a free port; `local_port` tells which
    // Errors, by their cause:
    //   address_in_use               another socket has the port; it is never shared
    //   address_not_available        no interface has this address (yet)
    //   permission_denied            a port below 1024 without the privilege
    //   operation_not_permitted      to bind to an interface is a privilege (Linux before 5.7)
    //   no_such_device_or_address    no interface has this number
    //   invalid_argument             a link-local address without its interface
    //   address_family_not_supported the kernel has no IPv6, but the address is of it
    //   too_many_files_open, too_many_files_open_in_system, no_buffer_space, not_enough_memory
    // An error after which replies could leave from a wrong address (no packet information) is an error here, too.
    static std::expected<udp_socket, std::error_code> bind(const net::endpoint& at);
    static std::expected<udp_socket, std::error_code> bind(std::uint16_t port) { return bind({.port = port}); }

    // Has what is sent to a group received, too, such as 224.0.1.187, ff02::fd and ff05::fd, which are those of all
    // CoAP nodes (RFC 7252 §12.8). It holds for one interface: that of `group`, or one that the routing table chooses.
    // Join by each interface that counts; the port of `group` does not. The socket has to be bound to all addresses.
    //   invalid_argument               the address is no group, or of IPv6 on a socket of IPv4
    //   no_such_device                 no interface has this number, or no route leads to the group
    //   address_in_use                 joined before by this interface
    //   no_buffer_space                there are too many groups (Linux: net.ipv4.igmp_max_memberships)
    // A membership ends when its interface is deleted. If `group` names the interface, `rejoin` renews it once there is
    // an interface of the same name again.
    std::error_code join(const net::endpoint& group);

    // Joins the groups again whose interfaces were deleted and made anew. `wait` does so by itself. A program that
    // waits in another way calls it now and then.
    void rejoin();

    // One datagram, by the contract of net::udp_socket. All of `in` is told: the interface that it came in by, the
    // zone of a link-local remote, whether it was sent to a group.
    // ICMP errors of earlier replies are stepped over, a few at a time. So are datagrams that must not be answered,
    // which `unwanted` counts: broadcasts, those for groups that this socket did not join, those from no address
    // (0.0.0.0, ::) or from a group, and those of IPv6 whose source pretends to be one of IPv4. After a few, the result
    // is `would_block`, and `wait` returns at once.
    net::status receive(mutable_bytes storage, net::arrival& in);

    // Sends one datagram, by the contract of net::udp_socket. `done` includes what can never be delivered: a datagram
    // too large (EMSGSIZE), no route, a firewall's veto, a local address or an interface that is gone. It also includes
    // what `dropped` counts.
    //
    // No peer delays another one for long:
    //   - A datagram to a neighbour whose link-layer address is unknown waits in the kernel until the neighbour
    //     answers, 3 s as a rule. Once 3/8 of the send buffer are full, such datagrams are dropped: the rest is kept
    //     for peers that the kernel can send to now. The socket asks the kernel for the next hop by rtnetlink. Where it
    //     cannot be asked (a sandbox, Linux before 5.0), none is dropped for this reason.
    //   - `would_block` means that the send buffer is full. The caller tries again for as long as others can wait: a
    //     server for `net::send_patience_ms`.
    //   - A datagram for which the kernel has no memory (ENOBUFS, ENOMEM) is dropped.
    //
    // The way out is the routing table's, whatever interface the request came in by: routes may be asymmetric, and an
    // address belongs to the host, not to an interface. The same goes for the source address of an answer to a
    // multicast. Only if one of the addresses is link-local, the datagram leaves by `way.local.interface`.
    net::status send(bytes datagram, const net::route& route);

    // Waits until there is a datagram to receive, or an error to step over; `forever`, or any negative time, without
    // an end. False: not so in this time; also early, if a signal came or an interface changed. A true may be a false
    // alarm (the datagram's checksum was wrong): `receive` then says would_block.
    bool wait(int timeout_ms = forever);

    // After `would_block` from `send`: waits as above until a datagram can be sent. Without a time, it waits as long as
    // a server does before it drops the answer; `server.idle_ms` tells the rest of that.
    bool wait_to_send(int timeout_ms = net::send_patience_ms) const;

    std::uint16_t local_port() const { return port_; }

    // How many datagrams `send` dropped so that others are not delayed.
    std::uint64_t dropped() const { return dropped_; }

    // How many datagrams `receive` stepped over, since they must not be answered.
    std::uint64_t unwanted() const { return unwanted_; }

    // The cause of the last `failed`; none if there was none.
    std::error_code last_error() const { return {error_, std::system_category()}; }

    // The descriptor, to wait for it along with others, or to set options. It stays the socket's own. There is room for
    // 64 bytes of further control messages with a datagram; with more, it may be stepped over as unwanted.
    int native_handle() const { return socket_.number(); }

private:
    struct envelope;

    struct membership {
        net::endpoint group;
        std::string interface;  // its name; empty if the routing table chose it
        bool lost = false;
    };

    udp_socket(int descriptor, bool ipv6) : socket_(descriptor), ipv6_(ipv6) {}

    static std::expected<udp_socket, std::error_code> open(int family, const net::endpoint& at);
    bool ask_for_packet_info() const;
    void refuse_foreign_groups() const;
    void ask_for_buffers() const;
    bool keep_to_interface(const net::endpoint& at) const;
    bool bind_address(const net::endpoint& at);

    int change_membership(int option, const net::endpoint& group) const;
    bool is_member(const net::endpoint& group) const;
    void lose(membership& m) const;
    void renew(membership& m) const;

    int take(mutable_bytes storage, net::arrival& in);
    net::status receive_after(int error, mutable_bytes storage, net::arrival& in);
    bool wants(net::arrival& in) const;
    bool is_of_member(net::arrival& in) const;
    bool find_room(long charge, const net::route& route);
    long room_for_anybody() const;
    bool can_be_reached(const net::route& route) const;
    net::status drop();
    net::status send_after(int error, const envelope& letter);
    net::status send_failed(int error);
    net::status failed(int error);

    detail::socket_handle socket_;
    detail::socket_handle routes_;      // of rtnetlink, to ask for neighbours
    detail::socket_handle interfaces_;  // of rtnetlink, tells of changes; once a group was joined by a named interface
    std::vector<membership> groups_;
    std::uint64_t dropped_ = 0;
    std::uint64_t unwanted_ = 0;
    long room_ = 0;  // bytes of the send buffer that may be filled before it is looked at again
    int error_ = 0;
    std::uint16_t port_ = 0;
    bool ipv6_;
};
static_assert(net::udp_socket<udp_socket>);

}  // namespace mincoap::posix
