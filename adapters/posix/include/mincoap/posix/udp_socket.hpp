// The UDP socket of a POSIX system with RFC 3542's packet information, such as Linux. It implements
// net::udp_socket.
//
//   auto socket = mincoap::posix::udp_socket::bind(5683);
//   if (!socket) return complain(socket.error().message());
//   run(server, *socket);  // see run.hpp
//
// One descriptor serves IPv4 and IPv6. An answer leaves from the address that the request was sent
// to: a client discards a response from any other address (RFC 7252 §5.3.2).
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <mincoap/net/udp_socket.hpp>
#include <mincoap/posix/descriptor.hpp>

namespace mincoap::posix {

struct control;
union socket_address;

// Parses an endpoint as people write it: "192.0.2.1", "2001:db8::1", "fe80::1%eth0", or "%eth0" for
// an interface alone. An interface is given by its name or its number. Host names are not looked
// up.
//   invalid_argument         the text is no address, or an interface's name is too long
//   no_such_device           no interface has this name
std::expected<net::endpoint, std::error_code> to_endpoint(std::string_view address, std::uint16_t port);

// A socket must not be used by two threads at once. A socket that was moved from may only be
// destroyed or assigned to.
class udp_socket {
public:
    static constexpr int forever = -1;

    // Listens on `port`, in host byte order, of one address or of all addresses.
    //   address unspecified    all addresses, IPv6 and IPv4; those of IPv4 alone if the kernel has no IPv6
    //   ::ffff:0.0.0.0         all addresses of IPv4
    //   link-local IPv6        name its interface, too
    //   interface not 0        receives and sends by this interface only
    //   port 0                 a free port; `local_port` returns it
    // Errors, by their cause:
    //   address_in_use               another socket has the port; it is never shared
    //   address_not_available        no interface has this address (yet)
    //   permission_denied            a port below 1024 without the privilege
    //   operation_not_permitted      to bind to an interface is a privilege (Linux before 5.7)
    //   no_such_device_or_address    no interface has this number
    //   invalid_argument             a link-local address without its interface
    //   address_family_not_supported the kernel has no IPv6, but the address is of it
    //   too_many_files_open, too_many_files_open_in_system, no_buffer_space, not_enough_memory
    // If the socket is for all addresses and the kernel gives no packet information, `bind` returns
    // that error as well, because replies could leave from a wrong address. A socket for one unicast
    // address needs no packet information, so it takes fewer instructions per datagram.
    static std::expected<udp_socket, std::error_code> bind(const net::endpoint& at);
    static std::expected<udp_socket, std::error_code> bind(std::uint16_t port) { return bind({.port = port}); }

    // Returns `count` sockets on one port, for a server per core (SO_REUSEPORT). The kernel spreads the
    // peers over them by address and port: all datagrams of a peer reach the same socket for as long as
    // no socket of the port is made or closed. Another program of the same user could add a socket of
    // its own later. Errors are those of `bind`. Of the sockets, only one may join a group, or a request
    // to that group gets an answer from each.
    static std::expected<std::vector<udp_socket>, std::error_code> bind_shared(const net::endpoint& at,
                                                                               std::size_t count);

    // Takes over a bound UDP socket, such as one that systemd passes (sd_listen_fds). The socket owns the
    // descriptor, also on an error. Datagrams that came before this call are skipped, unless packet
    // information was requested before (PassPacketInfo= of systemd).
    //   bad_file_descriptor, not_a_socket
    //   invalid_argument             it is no UDP socket of IPv4 or IPv6, or it is not bound
    static std::expected<udp_socket, std::error_code> adopt(int descriptor);

    // Joins a group, such as 224.0.1.187, ff02::fd or ff05::fd. These three are the groups of all
    // CoAP nodes (RFC 7252 §12.8). The call joins on one interface: the one that `group` names, or
    // else the one that the routing table chooses. Join once per interface that matters. The port
    // of `group` does not matter. The socket must be bound to all addresses.
    //   invalid_argument               the address is no group, or of IPv6 on a socket of IPv4
    //   no_such_device                 no interface has this number, or no route leads to the group
    //   address_in_use                 joined before by this interface
    //   no_buffer_space                there are too many groups (Linux: net.ipv4.igmp_max_memberships)
    // A membership ends when its interface is deleted. If `group` names the interface, `rejoin`
    // renews the membership once there is an interface of the same name again.
    std::error_code join(const net::endpoint& group);

    // Joins the groups again whose interfaces were deleted and created anew. `wait` and `run` call it. A
    // program that waits in another way must call it when `interfaces_handle` is readable.
    void rejoin();
    int interfaces_handle() const { return interfaces_.number(); }  // -1 until `join` names an interface

    // Receives one datagram, by the contract of net::udp_socket. Fills in all of `in`: the
    // interface that the datagram came in by, the zone of a link-local remote, and whether it was
    // sent to a group. A socket for one address knows the interface only if `bind` named it, if the
    // address is of the loopback interface, or once a peer has used a link-local IPv4 address.
    // Skips ICMP errors of earlier replies, a few at a time. Also skips datagrams that must not be
    // answered, which `unwanted` counts: broadcasts, those to groups that this socket did not join,
    // those from no address (0.0.0.0, ::) or from a group, those of IPv6 with a forged IPv4 source,
    // and the first from a link-local IPv4 address on a socket for one address: the interface that
    // the answer has to leave by is known from the next one on. After a few errors or datagrams, returns
    // `would_block`. `wait` then returns at once.
    net::status receive(mutable_bytes storage, net::arrival& in);

    // Sends one datagram, by the contract of net::udp_socket. Also returns `done` for a datagram
    // that can never be delivered: it is too large (EMSGSIZE), there is no route, a firewall
    // rejects it, or its local address or interface is gone. `done` includes the datagrams that
    // `dropped` counts.
    //
    // No peer delays another one for long:
    //   - A datagram to a neighbour whose link-layer address is unknown waits in the kernel until
    //     the neighbour answers, 3 s as a rule. Once 3/8 of the send buffer are full, the socket
    //     drops such datagrams. It keeps the rest for peers that the kernel can send to now. The
    //     socket asks the kernel for the next hop by rtnetlink. If the kernel cannot be asked (a
    //     sandbox, Linux before 5.0), no datagram is dropped for this reason.
    //   - `would_block` means that the send buffer is full. The caller should try again for as long
    //     as others can wait: a server does so for `net::send_patience_ms`.
    //   - A datagram for which the kernel has no memory (ENOBUFS, ENOMEM) is dropped.
    //
    // The routing table chooses the way out, whatever interface the request came in by: routes may
    // be asymmetric, and an address belongs to the host, not to an interface. The same is true of
    // the source address of an answer to a multicast. Only if one of the addresses is link-local,
    // the datagram leaves by `route.local.interface`.
    net::status send(bytes datagram, const net::route& route);

    // Waits until there is a datagram to receive, or an error to skip. A negative time, such as
    // `forever`, means no time limit. Returns false if neither came in `timeout_ms` milliseconds,
    // and also early, if a signal came or an interface changed. Even after true, `receive` may
    // return would_block, for example because the datagram's checksum was wrong.
    bool wait(int timeout_ms = forever);

    // Call it after `would_block` from `send`. Waits as above until a datagram can be sent. The
    // default time is how long a server waits before it drops the answer. `server.idle_ms` returns
    // how much of that is left.
    bool wait_to_send(int timeout_ms = net::send_patience_ms) const;

    std::uint16_t local_port() const { return here_.port; }

    // Returns how many datagrams `send` dropped to avoid a delay of others.
    std::uint64_t dropped() const { return dropped_; }

    // Returns how many datagrams `receive` skipped because they must not be answered.
    std::uint64_t unwanted() const { return unwanted_; }

    // Returns the cause of the last `failed`; no error if there was none.
    std::error_code last_error() const { return {error_, std::system_category()}; }

    // Returns the descriptor, to wait for it along with others, or to set options. The socket still
    // owns it. A datagram may have up to 64 bytes of further control messages. With more, the
    // socket may skip it as unwanted.
    int native_handle() const { return socket_.number(); }

private:
    friend class burst_socket;

    struct envelope;

    struct membership {
        net::endpoint group;
        std::string interface;  // its name; empty if the routing table chose it
        bool lost = false;
    };

    udp_socket(int descriptor, bool ipv6) : socket_(descriptor), ipv6_(ipv6) {}

    static std::expected<udp_socket, std::error_code> bind(const net::endpoint& at, bool is_shared);
    static std::expected<udp_socket, std::error_code> open(int family, const net::endpoint& at, bool is_shared);
    void set_up();
    bool accept_ipv4() const;
    bool ask_for_packet_info();
    bool is_for_one_address(const net::endpoint& at) const;
    void refuse_foreign_groups() const;
    void ask_for_buffers() const;
    bool keep_to_interface(const net::endpoint& at) const;
    bool bind_address(const net::endpoint& at);
    bool read_port();

    int change_membership(int option, const net::endpoint& group) const;
    bool is_member(const net::endpoint& group) const;
    void lose(membership& m) const;
    void renew(membership& m) const;

    int take(mutable_bytes storage, net::arrival& in);
    int take_described(mutable_bytes storage, net::arrival& in);
    net::status receive_after(int error, mutable_bytes storage, net::arrival& in);
    bool describe(const socket_address& remote, const control& extra, std::size_t extra_size, net::arrival& in);
    bool wants(net::arrival& in, bool is_described);
    bool is_of_member(net::arrival& in) const;
    bool ask_for_interface();
    bool may_send(std::size_t size, const net::route& route);
    bool find_room(long charge, const net::route& route);
    long room_for_anybody() const;
    bool can_be_reached(const net::route& route) const;
    net::status drop();
    bool leaves_from_here(const net::route& route) const;
    net::status deliver(bytes datagram, const net::route& route);
    net::status deliver_described(bytes datagram, const net::route& route);
    net::status send_after(int error, bytes datagram, const net::route& route);
    net::status send_failed(int error);
    net::status failed(int error);

    detail::descriptor socket_;
    detail::descriptor routes_;      // rtnetlink, for questions about neighbours
    detail::descriptor interfaces_;  // rtnetlink, for reports of changes; open once `join` names an interface
    std::vector<membership> groups_;
    std::uint64_t dropped_ = 0;
    std::uint64_t unwanted_ = 0;
    long room_ = 0;  // bytes of the send buffer that may be filled before the next look at it
    int error_ = 0;
    net::endpoint here_;            // of a socket for all addresses, only the port
    bool is_described_ = false;     // the kernel gives packet information
    bool has_one_address_ = false;  // a datagram to another address does not reach the socket
    bool ipv6_;
};
static_assert(net::udp_socket<udp_socket>);

}  // namespace mincoap::posix
