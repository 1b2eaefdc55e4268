#include <array>
#include <cstddef>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/clock.hpp>
#include <mincoap/posix/udp_socket.hpp>

#include "raw_peer.hpp"

namespace mincoap::posix {
namespace {

using net::is_unspecified;
using net::status;
using namespace std::chrono_literals;

constexpr std::array<byte, 4> get_root{0x40, 0x01, 0x12, 0x34};  // CON GET, no token, no path
constexpr int patience_ms = 2000;

udp_socket bound(std::string_view address = "::", std::uint16_t port = 0) {
    return udp_socket::bind(to_endpoint(address, port).value()).value();
}

std::error_code why_not(std::string_view address, std::uint16_t port) {
    const auto socket = udp_socket::bind(to_endpoint(address, port).value());
    return socket ? std::error_code{} : socket.error();
}

net::endpoint endpoint_at(std::string_view address, std::uint16_t port) { return to_endpoint(address, port).value(); }

std::uint32_t lo() { return ::if_nametoindex("lo"); }

// Acts like a server: receives a datagram, and sends it back along its route.
struct echo {
    status receiving = status::failed;
    status sending = status::failed;
    net::arrival in;

    explicit echo(udp_socket& socket) {
        std::array<byte, 64> storage{};
        if (!socket.wait(patience_ms)) return;
        receiving = socket.receive(storage, in);
        if (receiving == status::done) sending = socket.send({storage.data(), in.size}, in.route);
    }
};

// ---- addresses as text

TEST(posix_to_endpoint, reads_addresses_of_both_families) {
    EXPECT_EQ(endpoint_at("192.0.2.1", 5683), net::ipv4(192, 0, 2, 1, 5683));
    net::endpoint expected{};
    expected.address = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    expected.port = 7;
    EXPECT_EQ(endpoint_at("2001:db8::1", 7), expected);
    EXPECT_EQ(endpoint_at("::ffff:192.0.2.1", 5683), net::ipv4(192, 0, 2, 1, 5683));
    EXPECT_TRUE(is_unspecified(endpoint_at("::", 1)));
    EXPECT_EQ(endpoint_at("0.0.0.0", 0), net::ipv4(0, 0, 0, 0, 0));
}

TEST(posix_to_endpoint, reads_interfaces_by_name_and_by_number) {
    EXPECT_EQ(endpoint_at("fe80::1%lo", 0).interface, lo());
    EXPECT_EQ(endpoint_at("fe80::1%4711", 0).interface, 4711U);
    EXPECT_EQ(endpoint_at("127.0.0.1%lo", 0).interface, lo());
    EXPECT_EQ(endpoint_at("%lo", 5).interface, lo());
    EXPECT_TRUE(is_unspecified(endpoint_at("%lo", 5)));
}

TEST(posix_to_endpoint, refuses_what_is_no_address) {
    for (const char* text :
         {"", "localhost", "192.0.2", "192.0.2.1 ", "1.2.3.4.5", ":::", "fe80::1%", "%", "127.0.0.1:5683", "[::1]",
          "fe80::1%an-interface-with-a-long-name", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"}) {
        const auto e = to_endpoint(text, 0);
        ASSERT_FALSE(e) << text;
        EXPECT_TRUE(e.error() == std::errc::invalid_argument || e.error() == std::errc::no_such_device) << text;
    }
    EXPECT_EQ(to_endpoint("fe80::1%no-such-one", 0).error(), std::errc::no_such_device);
}

// ---- bind

TEST(posix_udp_socket, finds_a_free_port_and_tells_it) {
    const udp_socket first = bound();
    const udp_socket second = bound();
    EXPECT_NE(first.local_port(), 0);
    EXPECT_NE(first.local_port(), second.local_port());
}

TEST(posix_udp_socket, takes_the_port_that_it_is_told) {
    std::uint16_t port = 0;
    { port = bound().local_port(); }
    const auto socket = udp_socket::bind(port);
    ASSERT_TRUE(socket) << socket.error().message();
    EXPECT_EQ(socket->local_port(), port);
}

TEST(posix_udp_socket, never_shares_a_port) {
    const udp_socket first = bound();
    EXPECT_EQ(why_not("::", first.local_port()), std::errc::address_in_use);
    EXPECT_EQ(why_not("127.0.0.1", first.local_port()), std::errc::address_in_use);
    EXPECT_EQ(why_not("::1", first.local_port()), std::errc::address_in_use);
}

TEST(posix_udp_socket, says_why_it_cannot_bind) {
    EXPECT_EQ(why_not("192.0.2.77", 0), std::errc::address_not_available);
    EXPECT_EQ(why_not("2001:db8::77", 0), std::errc::address_not_available);
    EXPECT_EQ(why_not("fe80::77", 0), std::errc::invalid_argument) << "no interface named";
    EXPECT_EQ(why_not("::%471147", 0), std::errc::no_such_device_or_address);
}

TEST(posix_udp_socket, closes_its_descriptor_once) {
    udp_socket first = bound();
    const int descriptor = first.native_handle();
    udp_socket second = std::move(first);
    EXPECT_EQ(second.native_handle(), descriptor);
    second = bound();
    raw_peer peer("127.0.0.1");
    ASSERT_TRUE(peer.send(get_root, "127.0.0.1", second.local_port()));
    EXPECT_EQ(echo(second).sending, status::done);
}

// ---- the local address of a request

struct asked_case {
    const char* name;
    const char* bound;
    const char* asked;
    const char* peer;
};

class posix_udp_socket_asked : public testing::TestWithParam<asked_case> {};

TEST_P(posix_udp_socket_asked, answers_from_there) {
    const auto& [name, bound_to, asked, peer_address] = GetParam();
    udp_socket socket = bound(bound_to);
    const raw_peer peer(peer_address);
    ASSERT_TRUE(peer.send(get_root, asked, socket.local_port()));
    const echo turn(socket);
    ASSERT_EQ(turn.receiving, status::done);
    EXPECT_EQ(turn.in.route.remote, peer.here());
    EXPECT_EQ(turn.in.route.local.address, endpoint_at(asked, 0).address);
    EXPECT_EQ(turn.in.route.local.port, socket.local_port());
    EXPECT_EQ(turn.in.route.local.interface, lo());
    EXPECT_FALSE(turn.in.multicast);
    ASSERT_EQ(turn.sending, status::done);
    const auto answer = peer.take();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->from, endpoint_at(asked, socket.local_port()));
}

INSTANTIATE_TEST_SUITE_P(addresses, posix_udp_socket_asked,
                         testing::Values(asked_case{"first_ipv4_of_all", "::", "127.0.0.1", "127.0.0.1"},
                                         asked_case{"second_ipv4_of_all", "::", "127.0.0.2", "127.0.0.1"},
                                         asked_case{"ipv6_of_all", "::", "::1", "::1"},
                                         asked_case{"second_ipv4_of_ipv4", "0.0.0.0", "127.0.0.2", "127.0.0.1"},
                                         asked_case{"the_one_ipv4", "127.0.0.3", "127.0.0.3", "127.0.0.1"},
                                         asked_case{"the_one_ipv6", "::1", "::1", "::1"},
                                         asked_case{"ipv4_of_an_interface", "%lo", "127.0.0.2", "127.0.0.1"},
                                         asked_case{"ipv6_of_an_interface", "%lo", "::1", "::1"},
                                         asked_case{"one_ipv4_of_an_interface", "127.0.0.3%lo", "127.0.0.3",
                                                    "127.0.0.1"}),
                         [](const auto& about) { return about.param.name; });

void expect_from_a_unicast_address(const raw_peer& peer, const udp_socket& socket) {
    const auto answer = peer.take();
    ASSERT_TRUE(answer);
    EXPECT_FALSE(is_multicast(answer->from));
    EXPECT_EQ(answer->from, endpoint_at("127.0.0.1", socket.local_port()));
}

class posix_udp_socket_group : public testing::TestWithParam<const char*> {};

void expect_unwanted(udp_socket& socket, std::uint64_t count) {
    std::array<byte, 64> storage{};
    net::arrival in;
    ASSERT_TRUE(socket.wait(patience_ms)) << "it did arrive";
    EXPECT_EQ(socket.receive(storage, in), status::would_block);
    EXPECT_EQ(socket.unwanted(), count);
}

void let_broadcast(const raw_peer& peer) {
    const int yes = 1;
    ASSERT_EQ(::setsockopt(peer.descriptor(), SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes), 0);
}

// A broadcast address looks like any other. Only the kernel can tell.
TEST_P(posix_udp_socket_group, steps_over_a_broadcast) {
    udp_socket socket = bound(GetParam());
    const raw_peer peer("127.0.0.1");
    let_broadcast(peer);
    ASSERT_TRUE(peer.send(get_root, "127.255.255.255", socket.local_port()));
    expect_unwanted(socket, 1);
    ASSERT_TRUE(peer.send(get_root, "127.0.0.1", socket.local_port()));
    EXPECT_EQ(echo(socket).sending, status::done);
}

TEST_P(posix_udp_socket_group, steps_over_a_few_broadcasts_at_a_time) {
    udp_socket socket = bound(GetParam());
    const raw_peer peer("127.0.0.1");
    let_broadcast(peer);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(peer.send(get_root, "127.255.255.255", socket.local_port()));
    ASSERT_TRUE(peer.send(get_root, "127.0.0.1", socket.local_port()));
    expect_unwanted(socket, 8);
    const echo turn(socket);  // returns at once, because there are more
    EXPECT_EQ(turn.sending, status::done);
    EXPECT_FALSE(turn.in.multicast);
    EXPECT_EQ(socket.unwanted(), 10U);
}

void send_to_group(const raw_peer& peer, const char* group, std::uint16_t port) {
    const in_addr by_lo{htonl(INADDR_LOOPBACK)};
    ASSERT_EQ(::setsockopt(peer.descriptor(), IPPROTO_IP, IP_MULTICAST_IF, &by_lo, sizeof by_lo), 0);
    ASSERT_TRUE(peer.send(get_root, group, port));
}

TEST_P(posix_udp_socket_group, does_not_hear_a_group_that_another_socket_joined) {
    udp_socket socket = bound(GetParam());
    udp_socket other = bound(GetParam());
    ASSERT_FALSE(other.join(endpoint_at("224.0.1.187%lo", 0)));
    ASSERT_FALSE(socket.join(endpoint_at("224.0.1.188%lo", 0)));
    const raw_peer peer("127.0.0.1");
    send_to_group(peer, "224.0.1.187", socket.local_port());
    EXPECT_FALSE(socket.wait(20)) << "the kernel does not even wake it up";
    EXPECT_EQ(socket.unwanted(), 0U);
}

// Simulates a kernel without the options IP_MULTICAST_ALL and IPV6_MULTICAST_ALL.
TEST_P(posix_udp_socket_group, steps_over_foreign_groups_where_the_kernel_hands_them_on) {
    udp_socket socket = bound(GetParam());
    const int yes = 1;
    ASSERT_EQ(::setsockopt(socket.native_handle(), IPPROTO_IP, IP_MULTICAST_ALL, &yes, sizeof yes), 0);
    udp_socket other = bound(GetParam());
    ASSERT_FALSE(other.join(endpoint_at("224.0.1.187%lo", 0)));
    ASSERT_FALSE(socket.join(endpoint_at("224.0.1.188%lo", 0)));
    const raw_peer peer("127.0.0.1");
    send_to_group(peer, "224.0.1.187", socket.local_port());
    expect_unwanted(socket, 1);
    send_to_group(peer, "224.0.1.188", socket.local_port());
    EXPECT_EQ(echo(socket).sending, status::done);
}

// 224.0.1.187 is the group of all CoAP nodes (RFC 7252 §12.8). The loopback interface has no IPv6 groups.
TEST_P(posix_udp_socket_group, is_told_of_multicast) {
    udp_socket socket = bound(GetParam());
    const raw_peer peer("127.0.0.1");
    ASSERT_FALSE(socket.join(endpoint_at("224.0.1.187%lo", 0)));
    send_to_group(peer, "224.0.1.187", socket.local_port());
    const echo turn(socket);
    ASSERT_EQ(turn.sending, status::done);
    EXPECT_TRUE(turn.in.multicast);
    EXPECT_TRUE(is_unspecified(turn.in.route.local));
    EXPECT_EQ(turn.in.route.local.interface, lo());
    expect_from_a_unicast_address(peer, socket);
}

INSTANTIATE_TEST_SUITE_P(sockets, posix_udp_socket_group, testing::Values("::", "0.0.0.0"),
                         [](const auto& about) { return about.param[0] == ':' ? "ipv6" : "ipv4"; });

std::error_code why_not_join(udp_socket& socket, std::string_view group) { return socket.join(endpoint_at(group, 0)); }

TEST(posix_udp_socket_join, joins_groups_of_both_families) {
    udp_socket socket = bound();
    EXPECT_FALSE(why_not_join(socket, "224.0.1.187%lo"));
    EXPECT_FALSE(why_not_join(socket, "224.0.1.188%lo"));
    EXPECT_FALSE(why_not_join(socket, "ff02::fd%lo"));
    EXPECT_FALSE(why_not_join(socket, "ff05::fd%lo"));
    udp_socket ipv4 = bound("0.0.0.0");
    EXPECT_FALSE(why_not_join(ipv4, "224.0.1.187%lo"));
}

TEST(posix_udp_socket_join, says_why_it_cannot) {
    udp_socket socket = bound();
    udp_socket ipv4 = bound("0.0.0.0");
    EXPECT_FALSE(why_not_join(socket, "224.0.1.187%lo"));
    EXPECT_EQ(why_not_join(socket, "224.0.1.187%lo"), std::errc::address_in_use);
    EXPECT_FALSE(why_not_join(socket, "ff02::fd%lo"));
    EXPECT_EQ(why_not_join(socket, "ff02::fd%lo"), std::errc::address_in_use);
    EXPECT_EQ(why_not_join(socket, "224.0.1.187%471147"), std::errc::no_such_device);
    EXPECT_EQ(why_not_join(socket, "ff02::fd%471147"), std::errc::no_such_device);
    EXPECT_EQ(why_not_join(ipv4, "ff02::fd%lo"), std::errc::invalid_argument);
    for (const char* no_group : {"192.0.2.1%lo", "127.255.255.255", "255.255.255.255", "fe80::1%lo", "::", "0.0.0.0"}) {
        EXPECT_EQ(why_not_join(socket, no_group), std::errc::invalid_argument) << no_group;
        EXPECT_EQ(why_not_join(ipv4, no_group), std::errc::invalid_argument) << no_group;
    }
}

TEST(posix_udp_socket_join, says_that_there_are_too_many) {
    udp_socket socket = bound();
    std::error_code error;
    for (int last = 0; last < 256 && !error; ++last)
        error = why_not_join(socket, "224.0.2." + std::to_string(last) + "%lo");
    if (!error) GTEST_SKIP() << "the system allows more than 256";
    EXPECT_EQ(error, std::errc::no_buffer_space);
}

// ---- errors

// Without IP_RECVERR, Linux does not report ICMP errors to an unconnected socket. Other systems do.
void have_icmp_errors_reported(const udp_socket& socket) {
    const int yes = 1;
    ASSERT_EQ(::setsockopt(socket.native_handle(), IPPROTO_IP, IP_RECVERR, &yes, sizeof yes), 0);
    ASSERT_EQ(::setsockopt(socket.native_handle(), IPPROTO_IPV6, IPV6_RECVERR, &yes, sizeof yes), 0);
}

// Sends to a port on which no program listens, and waits for the refusal.
void be_refused(udp_socket& socket, const char* address) {
    net::route route{};
    route.remote = endpoint_at(address, 9);
    ASSERT_EQ(socket.send(get_root, route), status::done);
    pollfd refusal{.fd = socket.native_handle(), .events = 0, .revents = 0};
    ASSERT_EQ(::poll(&refusal, 1, patience_ms), 1);
    ASSERT_TRUE(refusal.revents & POLLERR);
}

class posix_udp_socket_refused : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        have_icmp_errors_reported(socket);
        be_refused(socket, GetParam());
    }
    void expect_echo() {
        ASSERT_TRUE(peer.send(get_root, GetParam(), socket.local_port()));
        const echo turn(socket);
        EXPECT_EQ(turn.receiving, status::done);
        EXPECT_EQ(turn.sending, status::done);
        EXPECT_TRUE(peer.take());
    }

    udp_socket socket = bound();
    raw_peer peer{GetParam()};
    std::array<byte, 64> storage{};
    net::arrival in;
};

TEST_P(posix_udp_socket_refused, receives_the_next_datagram) { expect_echo(); }

TEST_P(posix_udp_socket_refused, would_block_if_there_is_none) {
    EXPECT_EQ(socket.receive(storage, in), status::would_block);
    EXPECT_FALSE(socket.last_error());
    expect_echo();
}

TEST_P(posix_udp_socket_refused, sends_the_next_datagram) {
    net::route route{};
    route.remote = peer.here();
    ASSERT_EQ(socket.send(get_root, route), status::done);
    EXPECT_TRUE(peer.take()) << "the refusal took this datagram along";
}

TEST_P(posix_udp_socket_refused, wakes_who_waits) { EXPECT_TRUE(socket.wait(patience_ms)); }

INSTANTIATE_TEST_SUITE_P(families, posix_udp_socket_refused, testing::Values("127.0.0.1", "::1"),
                         [](const auto& about) { return about.param[0] == ':' ? "ipv6" : "ipv4"; });

net::route way_to(const net::endpoint& remote, const net::endpoint& local) {
    net::route route{};
    route.remote = remote;
    route.local = local;
    return route;
}

TEST(posix_udp_socket, loses_what_can_never_be_delivered) {
    udp_socket socket = bound();
    const raw_peer peer("127.0.0.1");
    const raw_peer peer6("::1");
    const net::endpoint nowhere{};
    net::endpoint on_a_lost_link = endpoint_at("fe80::1", 9);
    on_a_lost_link.interface = 471147;
    const std::vector<byte> too_large(65536);
    EXPECT_EQ(socket.send(too_large, way_to(peer.here(), nowhere)), status::done);
    EXPECT_EQ(socket.send(get_root, way_to(peer.here(), endpoint_at("192.0.2.77", 0))), status::done) << "not ours";
    EXPECT_EQ(socket.send(get_root, way_to(peer6.here(), endpoint_at("2001:db8::77", 0))), status::done) << "not ours";
    EXPECT_EQ(socket.send(get_root, way_to(on_a_lost_link, nowhere)), status::done);
    EXPECT_EQ(socket.send(get_root, way_to(endpoint_at("127.0.0.1", 0), nowhere)), status::done) << "no port";
    EXPECT_EQ(socket.send(get_root, way_to(endpoint_at("255.255.255.255", 9), nowhere)), status::done) << "no leave";
    EXPECT_FALSE(socket.last_error());
    ASSERT_TRUE(peer.send(get_root, "127.0.0.1", socket.local_port()));
    EXPECT_EQ(echo(socket).sending, status::done);
}

TEST(posix_udp_socket, loses_ipv6_on_a_socket_of_ipv4) {
    udp_socket socket = bound("127.0.0.1");
    const raw_peer peer("::1");
    EXPECT_EQ(socket.send(get_root, way_to(peer.here(), {})), status::done);
    EXPECT_FALSE(socket.last_error());
}

TEST(posix_udp_socket, fails_with_a_cause_and_not_for_good) {
    udp_socket socket = bound();
    const raw_peer peer("127.0.0.1");
    std::array<byte, 8> storage{};
    net::arrival in;
    EXPECT_FALSE(socket.last_error());
    const int kept = ::dup(socket.native_handle());
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    ASSERT_GE(::dup2(pipe_ends[0], socket.native_handle()), 0);  // the descriptor is no longer a socket
    EXPECT_EQ(socket.receive(storage, in), status::failed);
    EXPECT_EQ(socket.last_error(), std::errc::not_a_socket);
    EXPECT_EQ(socket.send(get_root, way_to(peer.here(), {})), status::failed);
    ASSERT_GE(::dup2(kept, socket.native_handle()), 0);
    for (const int descriptor : {kept, pipe_ends[0], pipe_ends[1]}) ::close(descriptor);
    ASSERT_TRUE(peer.send(get_root, "127.0.0.1", socket.local_port()));
    EXPECT_EQ(echo(socket).sending, status::done);
}

// ---- wait

TEST(posix_udp_socket, waits_no_longer_than_told) {
    udp_socket socket = bound();
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(socket.wait(0));
    EXPECT_FALSE(socket.wait(20));
    const auto passed = std::chrono::steady_clock::now() - start;
    EXPECT_GE(passed, 19ms);
    EXPECT_LT(passed, 2s);
}

TEST(posix_udp_socket, wakes_for_a_datagram) {
    udp_socket socket = bound();
    const raw_peer peer("127.0.0.1");
    std::thread later([&] {
        std::this_thread::sleep_for(10ms);
        peer.send(get_root, "127.0.0.1", socket.local_port());
    });
    EXPECT_TRUE(socket.wait());
    later.join();
    EXPECT_TRUE(socket.wait(0)) << "as long as it is not received";
}

TEST(posix_udp_socket, can_send_at_once) { EXPECT_TRUE(bound().wait_to_send(patience_ms)); }

TEST(posix_udp_socket, asks_for_a_send_buffer_that_many_can_share) {
    std::ifstream limit("/proc/sys/net/core/wmem_max");
    int most = 0;
    limit >> most;
    if (most == 0) GTEST_SKIP() << "the system does not say how much it gives";
    const udp_socket socket = bound();
    int size = 0;
    socklen_t length = sizeof size;
    ASSERT_EQ(::getsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDBUF, &size, &length), 0);
    EXPECT_GE(size, 2 * std::min(most, 2 << 20));
}

// ---- a kernel that refuses calls

bool install(sock_filter* program, unsigned short size) {
    sock_fprog filter{.len = size, .filter = program};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

// From here on, sendmsg fails in this process.
bool refuse_to_send(std::uint32_t error) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    return install(program, std::size(program));
}

constexpr auto hello_site = routes(at<"">(text("Hello")));

// A program whose only loop is the server's. The exit status tells which check failed.
[[noreturn]] void serve_through_a_full_buffer() {
    udp_socket socket = bound();
    const raw_peer peer("127.0.0.1");
    for (int i = 0; i < 3; ++i)
        if (!peer.send(get_root, "127.0.0.1", socket.local_port())) std::_Exit(1);
    if (!refuse_to_send(EAGAIN)) std::_Exit(1);
    server server{socket, hello_site, unguarded{}};
    const std::uint32_t start_ms = now_ms();
    if (server.poll(now_ms()) != poll_result::blocked || !server.is_blocked()) std::_Exit(2);
    poll_result result = poll_result::blocked;
    for (; result == poll_result::blocked; result = server.poll(now_ms())) std::this_thread::sleep_for(1ms);
    const std::uint32_t passed_ms = now_ms() - start_ms;
    if (result != poll_result::unsent || passed_ms < 99 || passed_ms > 2000) std::_Exit(3);
    const bool at_once = server.poll(now_ms()) == poll_result::unsent && server.poll(now_ms()) == poll_result::unsent;
    if (!at_once || server.poll(now_ms()) != poll_result::idle) std::_Exit(4);
    std::_Exit(socket.dropped() == 0 && !socket.last_error() ? 0 : 5);
}

TEST(posix_udp_socket_death_test, under_a_server_drops_what_a_full_buffer_blocks_for_too_long) {
    EXPECT_EXIT(serve_through_a_full_buffer(), testing::ExitedWithCode(0), "");
}

// The socket neither waits nor drops the datagram. The caller decides how long other clients can wait.
[[noreturn]] void send_through_a_full_buffer() {
    udp_socket socket = bound();
    const net::route route = way_to(endpoint_at("127.0.0.1", 9), {});
    if (!refuse_to_send(EAGAIN)) std::_Exit(1);
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < 150ms)
        if (socket.send(get_root, route) != status::would_block) std::_Exit(2);
    std::_Exit(socket.dropped() == 0 ? 0 : 3);
}

TEST(posix_udp_socket_death_test, says_would_block_as_long_as_the_buffer_is_full) {
    EXPECT_EXIT(send_through_a_full_buffer(), testing::ExitedWithCode(0), "");
}

[[noreturn]] void send_without_memory(std::uint32_t error) {
    udp_socket socket = bound();
    if (!refuse_to_send(error)) std::_Exit(1);
    if (socket.send(get_root, way_to(endpoint_at("127.0.0.1", 9), {})) != status::done) std::_Exit(2);
    std::_Exit(socket.dropped() == 1 && !socket.last_error() ? 0 : 3);
}

// The socket would be writable all the time, so a server would retry in a busy loop.
TEST(posix_udp_socket_death_test, does_not_wait_for_memory_that_poll_knows_nothing_of) {
    EXPECT_EXIT(send_without_memory(ENOBUFS), testing::ExitedWithCode(0), "");
    EXPECT_EXIT(send_without_memory(ENOMEM), testing::ExitedWithCode(0), "");
}

// ---- a kernel without IPv6

// From here on, this process cannot create an IPv6 socket.
bool forget_ipv6() {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    return install(program, std::size(program));
}

// The exit status tells which check failed.
[[noreturn]] void serve_without_ipv6() {
    if (!forget_ipv6()) std::_Exit(1);
    if (why_not("::1", 0) != std::errc::address_family_not_supported) std::_Exit(2);
    auto socket = udp_socket::bind(0);
    if (!socket) std::_Exit(3);
    const raw_peer peer("127.0.0.1");
    if (!peer.send(get_root, "127.0.0.2", socket->local_port())) std::_Exit(4);
    if (echo(*socket).sending != status::done) std::_Exit(5);
    const auto answer = peer.take();
    std::_Exit(answer && answer->from == endpoint_at("127.0.0.2", socket->local_port()) ? 0 : 6);
}

TEST(posix_udp_socket_death_test, serves_ipv4_where_there_is_no_ipv6) {
    EXPECT_EXIT(serve_without_ipv6(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace mincoap::posix
