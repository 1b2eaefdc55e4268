// Opening the socket, receiving, groups and broadcasts, and sending.
#include <gmock/gmock.h>

#include "udp_socket_harness.hpp"

namespace mincoap::lwip {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

// ---- opening

TEST_F(lwip_udp_socket, is_opened_once) { EXPECT_EQ(socket.bind(port), ERR_USE); }

TEST_F(lwip_udp_socket, shares_its_port_with_no_other) {
    udp_socket other;
    EXPECT_EQ(other.bind(port), ERR_USE);
    EXPECT_EQ(other.bind(port + 1), ERR_OK);
}

TEST_F(lwip_udp_socket, can_be_opened_again) {
    socket.close();
    EXPECT_EQ(socket.bind(port), ERR_OK);
    ask(get_hello);
    EXPECT_EQ(serve(), poll_result::served);
}

TEST_F(lwip_udp_socket, does_not_open_on_an_interface_that_is_not_there) {
    udp_socket other;
    EXPECT_EQ(other.bind(net::endpoint{.interface = 99, .port = 7000}), ERR_VAL);
    EXPECT_EQ(other.bind(net::endpoint{.interface = 0x101, .port = 7000}), ERR_VAL) << "lwIP counts to 255";
}

TEST_F(lwip_udp_socket, says_when_lwip_has_no_memory_for_it) {
    udp_socket other;
    const out_of_memory now;
    EXPECT_EQ(other.bind(7000), ERR_MEM);
}

TEST_F(lwip_udp_socket, fails_while_it_is_closed) {
    udp_socket closed;
    EXPECT_EQ(receive(closed, in), status::would_block);
    EXPECT_EQ(closed.send(hello, {.remote = peer(), .local = {}}), status::failed);
}

TEST_F(lwip_udp_socket, of_one_address_hears_that_one_only) {
    udp_socket one;
    ASSERT_EQ(one.bind(first.ipv6(2, 7000)), ERR_OK);
    first.put(make({first.ipv6(9, peer_port), first.ipv6(1, 7000), get_hello}));
    EXPECT_EQ(receive(one, in), status::would_block);
    first.put(make({first.ipv6(9, peer_port), first.ipv6(2, 7000), get_hello}));
    EXPECT_EQ(receive(one, in), status::done);
}

TEST_F(lwip_udp_socket, of_ipv4_hears_no_ipv6) {
    udp_socket one;
    ASSERT_EQ(one.bind(net::ipv4(0, 0, 0, 0, 7000)), ERR_OK);
    first.put(make({first.ipv6(9, peer_port), first.ipv6(1, 7000), get_hello}));
    EXPECT_EQ(receive(one, in), status::would_block);
    first.put(make({peer(), first.ipv4(1, 7000), get_hello}));
    EXPECT_EQ(receive(one, in), status::done);
}

TEST_F(lwip_udp_socket, of_one_interface_hears_that_one_only) {
    udp_socket one;
    ASSERT_EQ(one.bind(net::endpoint{.interface = second.interface(), .port = 7000}), ERR_OK);
    first.put(make({peer(), first.ipv4(1, 7000), get_hello}));
    EXPECT_EQ(receive(one, in), status::would_block);
    second.put(make({second.ipv4(9, peer_port), second.ipv4(1, 7000), get_hello}));
    EXPECT_EQ(receive(one, in), status::done);
}

// ---- receiving

TEST_F(lwip_udp_socket, tells_the_interface) {
    second.put(make({second.ipv4(9, peer_port), second.ipv4(1, port), get_hello}));
    ASSERT_EQ(receive(), status::done);
    EXPECT_EQ(in.route.local.interface, second.interface());
    second.put(make({second.link_local(9, peer_port), second.link_local(1, port), get_hello}));
    ASSERT_EQ(receive(), status::done);
    EXPECT_EQ(in.route.remote.interface, second.interface()) << "the zone";
}

// The request asks an address other than that of the interface that it came by.
TEST_F(lwip_udp_socket, answers_from_an_address_of_another_interface) {
    first.put(make({peer(), second.ipv4(1, port), get_hello}));
    ASSERT_EQ(serve(), poll_result::served);
    const auto answer = first.take_datagram();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->from, second.ipv4(1, port));
    EXPECT_EQ(answer->data, hello);
}

TEST_F(lwip_udp_socket, drops_and_counts_what_is_too_many) {
    for (byte i = 0; i < udp_socket::depth + 3; ++i) ask({i});
    EXPECT_EQ(socket.dropped(), 3U);
    for (byte i = 0; i < udp_socket::depth; ++i) {
        ASSERT_EQ(receive(), status::done);
        EXPECT_EQ(buffer[0], i);
    }
    EXPECT_EQ(receive(), status::would_block);
}

TEST_F(lwip_udp_socket, calls_when_something_has_come) {
    static int calls;
    calls = 0;
    socket.on_arrival = [](udp_socket&) { ++calls; };
    for (byte i = 0; i < udp_socket::depth + 3; ++i) ask({i});
    EXPECT_EQ(calls, static_cast<int>(udp_socket::depth)) << "not for what it lost";
}

TEST_F(lwip_udp_socket, puts_pieces_together) {
    const packet data(400, 7);
    ask(data, 64);
    ASSERT_EQ(receive(), status::done);
    EXPECT_EQ(in.size, data.size());
    EXPECT_THAT(buffer.first(in.size), ElementsAreArray(data));
    EXPECT_FALSE(is_lent());
}

// ---- groups and broadcasts

class lwip_groups : public lwip_udp_socket, public testing::WithParamInterface<int> {
protected:
    net::endpoint group(std::uint16_t at_port) const {
        net::endpoint at = all_coap_nodes[static_cast<std::size_t>(GetParam())];
        at.port = at_port;
        return at;
    }
    net::endpoint asker(const wire& w) const {
        return GetParam() == 0   ? w.ipv4(9, peer_port)
               : GetParam() == 1 ? w.link_local(9, peer_port)
                                 : w.ipv6(9, peer_port);
    }
};

TEST_P(lwip_groups, are_heard_once_joined_and_answered_from_an_address_of_the_link) {
    ASSERT_EQ(socket.join(group(0)), ERR_OK);
    for (wire* w : {&first, &second}) {
        w->clear();
        w->put(make({asker(*w), group(port), get_hello_non}));
        ASSERT_EQ(receive(), status::done);
        EXPECT_TRUE(in.multicast);
        EXPECT_TRUE(is_unspecified(in.route.local));
        EXPECT_EQ(in.route.local.interface, w->interface());
        ASSERT_EQ(socket.send(hello, in.route), status::done);
        const auto answer = w->take_datagram();
        ASSERT_TRUE(answer);
        EXPECT_FALSE(is_multicast(answer->from));
        EXPECT_FALSE(is_unspecified(answer->from));
        EXPECT_EQ(answer->to.address, asker(*w).address);
    }
}
INSTANTIATE_TEST_SUITE_P(all_coap_nodes, lwip_groups, testing::Values(0, 1, 2));

TEST_F(lwip_udp_socket, joins_on_one_interface_only) {
    net::endpoint group = net::ipv4(224, 0, 1, 99, 0);
    group.interface = second.interface();
    ASSERT_EQ(socket.join(group), ERR_OK);
    group.port = port;
    first.put(make({peer(), group, get_hello_non}));
    EXPECT_EQ(receive(), status::would_block);
    second.put(make({second.ipv4(9, peer_port), group, get_hello_non}));
    EXPECT_EQ(receive(), status::done);
}

TEST_F(lwip_udp_socket, joins_no_group_that_is_none) {
    EXPECT_EQ(socket.join(first.ipv4(1, 0)), ERR_VAL);
    EXPECT_EQ(socket.join(first.ipv6(1, 0)), ERR_VAL);
    net::endpoint nowhere = all_coap_nodes[0];
    nowhere.interface = 99;
    EXPECT_EQ(socket.join(nowhere), ERR_VAL);
}

TEST_F(lwip_udp_socket, says_when_lwip_has_no_memory_for_a_group) {
    const out_of_memory now;
    EXPECT_EQ(socket.join(net::ipv4(224, 0, 1, 77, 0)), ERR_MEM);
    EXPECT_EQ(socket.join({.address{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x77}}), ERR_MEM);
}

TEST_F(lwip_udp_socket, says_when_it_has_no_place_for_a_group) {
    for (byte last = 1; last <= udp_socket::max_groups; ++last)
        EXPECT_EQ(socket.join(net::ipv4(224, 0, 2, last, 0)), ERR_OK);
    EXPECT_EQ(socket.join(net::ipv4(224, 0, 2, 99, 0)), ERR_MEM);
    EXPECT_EQ(socket.join(net::ipv4(224, 0, 2, 1, 0)), ERR_OK) << "it has its place";
    first.put(make({peer(), net::ipv4(224, 0, 2, 99, port), get_hello_non}));
    EXPECT_EQ(receive(), status::would_block);
}

// lwIP hears a group for all of its users once one of them has joined it.
TEST_F(lwip_udp_socket, ignores_a_group_that_only_another_socket_has_joined) {
    udp_socket other;
    ASSERT_EQ(other.bind(port + 1), ERR_OK);
    for (net::endpoint group :
         {net::ipv4(224, 0, 1, 88, 0), net::endpoint{.address{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x88}}}) {
        ASSERT_EQ(other.join(group), ERR_OK);
        const net::endpoint from = is_ipv4(group) ? peer() : first.link_local(9, peer_port);
        group.port = port;
        first.put(make({from, group, get_hello_non}));
        EXPECT_EQ(receive(), status::would_block);
        group.port = port + 1;
        first.put(make({from, group, get_hello_non}));
        EXPECT_EQ(receive(other, in), status::done) << "lwIP did hear it";
    }
    EXPECT_EQ(socket.ignored(), 2U);
    EXPECT_EQ(socket.dropped(), 0U) << "none was one too many";
}

TEST_F(lwip_udp_socket, ignores_a_group_on_an_interface_where_only_another_socket_has_joined_it) {
    udp_socket other;
    net::endpoint group = net::ipv4(224, 0, 1, 89, 0);
    group.interface = first.interface();
    ASSERT_EQ(other.join(group), ERR_OK);
    group.interface = second.interface();
    ASSERT_EQ(socket.join(group), ERR_OK);
    group.port = port;
    first.put(make({peer(), group, get_hello_non}));
    EXPECT_EQ(receive(), status::would_block);
    EXPECT_EQ(socket.ignored(), 1U);
    second.put(make({second.ipv4(9, peer_port), group, get_hello_non}));
    EXPECT_EQ(receive(), status::done);
}

// 224.0.0.1, ff01::1, ff02::1, and the solicited-node addresses (RFC 4291 §2.7.1): every node hears them.
TEST_F(lwip_udp_socket, ignores_what_is_sent_to_all_nodes) {
    first.put(make({peer(), net::ipv4(224, 0, 0, 1, port), get_hello_non}));
    for (const byte scope : {byte{1}, byte{2}}) {
        net::endpoint all{.address{0xff, scope}, .port = port};
        all.address[15] = 1;
        first.put(make({first.link_local(9, peer_port), all, get_hello_non}));
    }
    net::endpoint solicited{.address{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff}, .port = port};
    solicited.address[15] = 77;
    udp_socket other;  // as lwIP does for an address of its own
    ASSERT_EQ(other.join(solicited), ERR_OK);
    first.put(make({first.link_local(9, peer_port), solicited, get_hello_non}));
    EXPECT_EQ(receive(), status::would_block);
    EXPECT_EQ(socket.ignored(), 4U) << "lwIP did hear them";
}

// lwIP accepts the broadcast address of any of its interfaces, whichever interface the datagram came by.
TEST_F(lwip_udp_socket, ignores_a_broadcast) {
    for (const net::endpoint& to : {first.ipv4(255, port), net::ipv4(255, 255, 255, 255, port), second.ipv4(255, port),
                                    net::ipv4(0, 0, 0, 0, port)})
        first.put(make({peer(), to, get_hello_non}));
    EXPECT_EQ(receive(), status::would_block);
    EXPECT_EQ(socket.ignored(), 4U) << "lwIP did hear them";
}

// A datagram to the unspecified address would stay on this device.
TEST_F(lwip_udp_socket, ignores_what_comes_from_the_unspecified_address) {
    net::endpoint group = net::ipv4(224, 0, 1, 187, 0);
    ASSERT_EQ(socket.join(group), ERR_OK);
    net::endpoint solicited{.address{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff}, .port = port};
    ASSERT_EQ(socket.join(solicited), ERR_OK) << "lwIP accepts packets from :: nowhere else";
    group.port = port;
    first.put(make({net::ipv4(0, 0, 0, 0, peer_port), here(), get_hello}));
    first.put(make({net::ipv4(0, 0, 0, 0, peer_port), group, get_hello_non}));
    first.put(make({net::endpoint{.port = peer_port}, solicited, get_hello_non}));
    EXPECT_EQ(receive(), status::would_block);
    EXPECT_EQ(socket.ignored(), 3U) << "lwIP did let them in";
}

TEST_P(lwip_groups, stay_joined_when_the_interface_goes_down_and_up_again) {
    ASSERT_EQ(socket.join(group(0)), ERR_OK);
    first.set_up(false);
    first.set_up(true);
    first.put(make({asker(first), group(port), get_hello_non}));
    EXPECT_EQ(receive(), status::done);
}

// The contract says that lwIP forgets the groups. An interface that is added anew may have another index.
TEST_P(lwip_groups, can_be_joined_again_when_the_interface_is_made_anew_however_often) {
    net::endpoint on_second = group(0);
    for (std::size_t i = 0; i < 2 * udp_socket::max_groups; ++i) {
        on_second.interface = second.interface();
        ASSERT_EQ(socket.join(on_second), ERR_OK);
        second.put(make({asker(second), group(port), get_hello_non}));
        ASSERT_EQ(receive(), status::done);
        second.make_anew();
        second.put(make({asker(second), group(port), get_hello_non}));
        ASSERT_EQ(receive(), status::would_block);
    }
    ASSERT_EQ(socket.join(group(0)), ERR_OK);
    second.put(make({asker(second), group(port), get_hello_non}));
    EXPECT_EQ(receive(), status::done);
}

// ---- sending

TEST_F(lwip_udp_socket, is_blocked_while_lwip_has_no_memory) {
    const net::route route{peer(), here()};
    {
        const out_of_memory now;
        EXPECT_EQ(socket.send(hello, route), status::would_block);
    }
    EXPECT_EQ(socket.send(hello, route), status::done);
    EXPECT_TRUE(first.take_datagram());
}

TEST_F(lwip_udp_socket, is_blocked_while_the_link_takes_nothing) {
    first.refusals = 2;
    const net::route route{peer(), here()};
    EXPECT_EQ(socket.send(hello, route), status::would_block);
    EXPECT_EQ(socket.send(hello, route), status::would_block);
    EXPECT_EQ(socket.send(hello, route), status::done);
    EXPECT_TRUE(first.take_datagram());
    EXPECT_FALSE(first.take_datagram());
}

TEST_F(lwip_udp_socket, loses_what_no_way_leads_for) {
    EXPECT_EQ(socket.send(hello, {first.ipv6(9, 1), here()}), status::done);
    EXPECT_EQ(socket.send(hello, {peer(), first.ipv6(1, port)}), status::done);
    EXPECT_FALSE(first.take_datagram());
}

}  // namespace
}  // namespace mincoap::lwip
