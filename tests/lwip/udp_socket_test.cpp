#include <mincoap/lwip/udp_socket.hpp>

#include <memory>

#include <gmock/gmock.h>
#include <lwip/pbuf.h>

#include <mincoap/mincoap.hpp>

#include "wire.hpp"

namespace mincoap::lwip {
namespace {

using net::status;
using testing::ElementsAre;
using testing::ElementsAreArray;

constexpr std::uint16_t port = 5683;
constexpr std::uint16_t peer_port = 40'000;

constexpr auto site = routes(at<"hello">(text("Hello CoAP")));
const packet get_hello{0x40, 1, 0x12, 0x34, 0xb5, 'h', 'e', 'l', 'l', 'o'};
const packet hello{0x60, 0x45, 0x12, 0x34, 0xc0, 0xff, 'H', 'e', 'l', 'l', 'o', ' ', 'C', 'o', 'A', 'P'};
const packet get_hello_non{0x50, 1, 0x12, 0x34, 0xb5, 'h', 'e', 'l', 'l', 'o'};

class lwip_udp_socket : public testing::Test {
protected:
    lwip_udp_socket() {
        for (wire* w : {&first, &second, &ethernet}) w->clear();
        EXPECT_EQ(socket.bind(port), ERR_OK);
    }

    net::endpoint peer() const { return first.ipv4(9, peer_port); }
    net::endpoint here() const { return first.ipv4(1, port); }
    void ask(const packet& data, std::size_t piece = 0) { first.put(make({peer(), here(), data}), piece); }

    // Into `buffer`, of so many bytes of the storage or lent.
    status receive(udp_socket& from, net::arrival& about, std::size_t room = 1152) {
        buffer = mutable_bytes{memory.message}.first(room);
        return from.receive(buffer, about);
    }
    status receive(std::size_t room = 1152) { return receive(socket, in, room); }
    bool is_lent() const { return buffer.data() != memory.message.data(); }

    poll_result serve() { return device.poll(now_ms); }

    // The socket of a server, which a test looks at.
    struct watched {
        lwip_udp_socket& by;

        status receive(mutable_bytes& lent, net::arrival& about) const {
            const status received = by.socket.receive(lent, about);
            by.buffer = lent;
            by.in = about;
            return received;
        }
        status send(bytes datagram, const net::route& route) const { return by.socket.send(datagram, route); }
    };

    wire& first = wire::number(0);
    wire& second = wire::number(1);
    wire& ethernet = wire::number(2);
    udp_socket socket;
    server_memory<1152> memory;
    mutable_bytes buffer;
    net::arrival in;
    watched watch{*this};
    server<watched, decltype(site), server_memory<1152>&, unguarded> device{watch, site, memory, unguarded{}};
    std::uint32_t now_ms = 0;
};

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

// The address of the interface that it came by is not the one that was asked.
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

// lwIP takes that of any of its interfaces, whichever one it came by.
TEST_F(lwip_udp_socket, ignores_a_broadcast) {
    for (const net::endpoint& to : {first.ipv4(255, port), net::ipv4(255, 255, 255, 255, port), second.ipv4(255, port),
                                    net::ipv4(0, 0, 0, 0, port)})
        first.put(make({peer(), to, get_hello_non}));
    EXPECT_EQ(receive(), status::would_block);
    EXPECT_EQ(socket.ignored(), 4U) << "lwIP did hear them";
}

// What is sent to it stays on this device.
TEST_F(lwip_udp_socket, ignores_what_comes_from_the_unspecified_address) {
    net::endpoint group = net::ipv4(224, 0, 1, 187, 0);
    ASSERT_EQ(socket.join(group), ERR_OK);
    net::endpoint solicited{.address{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff}, .port = port};
    ASSERT_EQ(socket.join(solicited), ERR_OK) << "lwIP lets :: in nowhere else";
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

// That lwIP forgets them is in the contract. An interface that is added anew may have another index.
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

// ---- without a copy

constexpr security::key key{1, 2, 3, 4};
constexpr auto guarded_site = routes(at<"g">(confirmed_only(text("Hello CoAP"))));
const packet get_g{0x48, 1, 0x12, 0x34, 1, 2, 3, 4, 5, 6, 7, 8, 0xb1, 'g'};

// The least that a server needs is a header, a token and an Echo option. Its sender puts the datagram where it likes.
TEST_F(lwip_udp_socket, lends_enough_for_a_challenge_where_options_move_the_datagram_to_the_end_of_the_buffer) {
    server guarded{watch, guarded_site, memory, echo_guard{key}};
    for (std::size_t padding = 480; padding <= 528; padding += 8) {
        first.clear();
        first.put(with_padding(make({first.ipv6(9, peer_port), first.ipv6(1, port), get_g}), padding));
        ASSERT_EQ(guarded.poll(0), poll_result::served);
        const auto answer = first.take_datagram();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->data[1], static_cast<byte>(code::unauthorized));
        EXPECT_EQ(answer->data.size(), 22U);
    }
}

TEST_F(lwip_udp_socket, serves_where_the_datagram_lies) {
    ask(get_hello);
    ASSERT_EQ(serve(), poll_result::served);
    EXPECT_TRUE(is_lent());
    const auto answer = first.take_datagram();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->data, hello);
    EXPECT_EQ(answer->from, here());
    EXPECT_EQ(serve(), poll_result::idle);
    EXPECT_FALSE(device.is_blocked());
}

TEST_F(lwip_udp_socket, lends_as_much_as_the_buffer_has_behind_the_datagram) {
    ask(get_hello);
    ASSERT_EQ(receive(), status::done);
    for (byte& b : buffer) b = 1;  // AddressSanitizer has a say
    EXPECT_EQ(buffer.size(), 600U - 28U - first.headroom);
    EXPECT_EQ(socket.send(buffer, in.route), status::done);
    EXPECT_EQ(first.take_datagram()->data, packet(600U - 28U - first.headroom, 1));
}

// What lwIP puts before an answer are its own headers, not those of the request.
TEST_F(lwip_udp_socket, lends_what_the_link_carries_whatever_headers_the_request_had) {
    first.set_mtu(500, 500);
    first.put(with_padding(make({first.ipv6(9, peer_port), first.ipv6(1, port), get_hello}), 64), 200);
    ASSERT_EQ(serve(), poll_result::served);
    EXPECT_EQ(buffer.size(), 500U - 48U);
}

TEST_F(lwip_udp_socket, lends_enough_for_a_challenge_where_the_link_carries_next_to_nothing) {
    for (const int mtu : {1, 28, 40, 49, 50, 69}) {
        for (const std::size_t piece : {0UZ, 50UZ}) {
            first.set_mtu(static_cast<std::uint16_t>(mtu), static_cast<std::uint16_t>(mtu));
            first.put(make({first.ipv6(9, peer_port), first.ipv6(1, port), get_hello}), piece);
            EXPECT_EQ(receive(), status::done);
            EXPECT_EQ(is_lent(), piece == 0);
            EXPECT_EQ(buffer.size(), 22U) << mtu;
        }
    }
}

TEST_F(lwip_udp_socket, copies_where_its_storage_is_too_small_for_a_challenge) {
    for (const std::size_t room : {0UZ, 10UZ, 21UZ}) {
        ask(get_hello);
        ASSERT_EQ(receive(room), status::done);
        EXPECT_FALSE(is_lent());
        EXPECT_EQ(buffer.size(), room);
        EXPECT_EQ(in.truncated, room < get_hello.size());
    }
}

// A driver's own memory, of a size that only the driver knows, which says that it is of the pool.
struct custom_buffer {
    pbuf_custom about{};
    std::unique_ptr<byte[]> memory;

    static void release(pbuf* p) { delete reinterpret_cast<custom_buffer*>(p); }
};

TEST_F(lwip_udp_socket, copies_what_lies_in_memory_of_a_driver) {
    const packet ip = make({peer(), here(), get_hello});
    auto* const own = new custom_buffer{.memory = std::make_unique<byte[]>(ip.size())};
    const auto size = static_cast<u16_t>(ip.size());
    own->about.custom_free_function = custom_buffer::release;
    pbuf* const p = pbuf_alloced_custom(PBUF_RAW, size, PBUF_POOL, &own->about, own->memory.get(), size);
    pbuf_take(p, ip.data(), size);
    first.put(p);
    ASSERT_EQ(serve(), poll_result::served);
    EXPECT_FALSE(is_lent());
    EXPECT_EQ(first.take_datagram()->data, hello);
}

// Another user of lwIP, such as one that logs what comes in, may look at it later.
TEST_F(lwip_udp_socket, copies_what_somebody_else_holds) {
    const packet ip = make({peer(), here(), get_hello});
    pbuf* const p = pbuf_alloc(PBUF_RAW, static_cast<u16_t>(ip.size()), PBUF_POOL);
    pbuf_take(p, ip.data(), static_cast<u16_t>(ip.size()));
    pbuf_ref(p);
    first.put(p);
    ASSERT_EQ(serve(), poll_result::served);
    EXPECT_FALSE(is_lent());
    EXPECT_EQ(first.take_datagram()->data, hello);
    pbuf_free(p);
}

TEST_F(lwip_udp_socket, lends_no_more_than_the_size_of_its_storage) {
    ask(get_hello);
    ASSERT_EQ(receive(64), status::done);
    EXPECT_TRUE(is_lent());
    EXPECT_EQ(buffer.size(), 64U);
}

TEST_F(lwip_udp_socket, lends_no_more_than_the_link_carries_as_one_packet) {
    for (const bool in_pieces : {false, true}) {
        first.set_mtu(500, 500);
        ask(get_hello, in_pieces ? 32 : 0);
        ASSERT_EQ(serve(), poll_result::served);
        EXPECT_EQ(is_lent(), !in_pieces);
        EXPECT_EQ(buffer.size(), 500U - 28U);
        first.set_mtu(1500, 450);
        first.put(make({first.ipv6(9, peer_port), first.ipv6(1, port), get_hello}), in_pieces ? 50 : 0);
        ASSERT_EQ(serve(), poll_result::served);
        EXPECT_EQ(buffer.size(), 450U - 48U);
    }
}

TEST_F(lwip_udp_socket, lends_what_a_larger_datagram_takes) {
    first.set_mtu(500, 500);
    ask(packet(1000, 'x'), 400);
    ASSERT_EQ(receive(), status::done);
    EXPECT_EQ(in.size, 1000U);
    EXPECT_FALSE(in.truncated);
    EXPECT_EQ(buffer.size(), 1000U);
}

TEST_F(lwip_udp_socket, lends_all_there_is_where_the_link_has_no_limit) {
    first.set_mtu(0, 0);
    ask(get_hello, 32);
    ASSERT_EQ(serve(), poll_result::served);
    EXPECT_EQ(buffer.size(), memory.message.size());
    ask(get_hello);
    ASSERT_EQ(serve(), poll_result::served);
    EXPECT_TRUE(is_lent());
}

TEST_F(lwip_udp_socket, truncates_what_is_larger_than_its_storage) {
    ask(packet(100, 7));
    ASSERT_EQ(receive(64), status::done);
    EXPECT_FALSE(is_lent());
    EXPECT_TRUE(in.truncated);
    EXPECT_EQ(in.size, 64U);
}

TEST_F(lwip_udp_socket, serves_ipv6) {
    first.put(make({first.ipv6(9, peer_port), first.ipv6(2, port), get_hello}));
    ASSERT_EQ(serve(), poll_result::served);
    const auto answer = first.take_datagram();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->data, hello);
    EXPECT_EQ(answer->from, first.ipv6(2, port));
}

TEST_F(lwip_udp_socket, serves_from_its_storage_what_comes_in_pieces) {
    ask(get_hello, 32);
    ASSERT_EQ(serve(), poll_result::served);
    EXPECT_FALSE(is_lent());
    EXPECT_EQ(first.take_datagram()->data, hello);
}

TEST_F(lwip_udp_socket, truncates_what_comes_in_pieces_and_does_not_fit) {
    packet put{0x40, 3, 0x12, 0x34, 0xb5, 'h', 'e', 'l', 'l', 'o', 0xff};
    put.resize(2000, 'x');
    ask(put, 500);
    ASSERT_EQ(serve(), poll_result::served);
    EXPECT_EQ(first.take_datagram()->data[1], static_cast<byte>(code::request_entity_too_large));
}

// What an earlier datagram left must not show through.
TEST_F(lwip_udp_socket, serves_a_whole_datagram_after_a_truncated_one) {
    ask(packet(2000, 'x'), 500);
    ASSERT_EQ(serve(), poll_result::ignored);
    first.clear();
    ask(get_hello);
    ASSERT_EQ(serve(), poll_result::served);
    EXPECT_EQ(first.take_datagram()->data, hello);
}

TEST_F(lwip_udp_socket, is_done_with_what_is_not_answered) {
    ask({0});
    ask(get_hello);
    EXPECT_EQ(serve(), poll_result::ignored);
    EXPECT_FALSE(first.take());
    EXPECT_EQ(serve(), poll_result::served);
    EXPECT_EQ(first.take_datagram()->data, hello);
}

// As of a driver that took the header off by itself.
TEST_F(lwip_udp_socket, serves_what_has_no_room_for_a_header_before_it) {
    ethernet.introduce(ethernet.ipv4(9, peer_port));
    ethernet.headroom = 0;
    ethernet.put(make({ethernet.ipv4(9, peer_port), ethernet.ipv4(1, port), get_hello}));
    EXPECT_EQ(serve(), poll_result::served);
    const auto answer = ethernet.take_datagram();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->data, hello);
}

class lwip_blocked : public lwip_udp_socket, public testing::WithParamInterface<std::size_t> {};

TEST_P(lwip_blocked, answers_go_out_later_and_in_order) {
    ask(get_hello, GetParam());
    ask({0x40, 0, 0x55, 0x66}, GetParam());
    first.refusals = 2;
    EXPECT_EQ(serve(), poll_result::blocked);
    EXPECT_TRUE(device.is_blocked());
    EXPECT_EQ(serve(), poll_result::blocked);
    EXPECT_TRUE(device.is_blocked());
    EXPECT_EQ(serve(), poll_result::served);
    EXPECT_FALSE(device.is_blocked());
    EXPECT_EQ(serve(), poll_result::served);
    EXPECT_EQ(first.take_datagram()->data, hello);
    EXPECT_THAT(first.take_datagram()->data, ElementsAre(0x70, 0, 0x55, 0x66));
    EXPECT_FALSE(first.take());
}

// Such as one without a cable.
TEST_P(lwip_blocked, answers_do_not_keep_clients_of_another_interface_waiting_for_ever) {
    for (int round = 0; round < 2; ++round) {
        ask(get_hello, GetParam());
        second.put(make({second.ipv4(9, peer_port), second.ipv4(1, port), get_hello}), GetParam());
        first.refusals = 1000;
        EXPECT_EQ(serve(), poll_result::blocked);
        now_ms += net::send_patience_ms / 2;
        EXPECT_EQ(serve(), poll_result::blocked) << "it may be sent yet";
        now_ms += net::send_patience_ms / 2;
        EXPECT_EQ(serve(), poll_result::unsent);
        EXPECT_FALSE(device.is_blocked());
        EXPECT_EQ(serve(), poll_result::served);
        const auto answer = second.take_datagram();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->data, hello);
    }
    EXPECT_FALSE(first.take_datagram());
}
INSTANTIATE_TEST_SUITE_P(in_one_piece, lwip_blocked, testing::Values(0));
INSTANTIATE_TEST_SUITE_P(in_pieces, lwip_blocked, testing::Values(30));

TEST_F(lwip_udp_socket, is_blocked_while_the_driver_takes_nothing) {
    ethernet.introduce(ethernet.ipv4(9, peer_port));
    ethernet.put(make({ethernet.ipv4(9, peer_port), ethernet.ipv4(1, port), get_hello}));
    ethernet.refusals = 1;
    EXPECT_EQ(serve(), poll_result::blocked);
    EXPECT_TRUE(device.is_blocked());
    EXPECT_EQ(serve(), poll_result::served);
    const auto answer = ethernet.take_datagram();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->data, hello);
}

// The source of a request may be forged to be one that is nowhere, again and again.
TEST_F(lwip_udp_socket, does_not_wait_for_a_neighbour_when_lwip_has_no_room_to) {
    for (const auto address : {&wire::ipv4, &wire::ipv6, &wire::link_local}) {
        const auto at = [&](byte last, std::uint16_t at_port) { return (ethernet.*address)(last, at_port); };
        ethernet.put(make({at(99, peer_port), at(1, port), get_hello}));
        const out_of_memory now;
        EXPECT_EQ(serve(), poll_result::served);
        EXPECT_FALSE(device.is_blocked());
        EXPECT_FALSE(ethernet.take_datagram());
    }
}

TEST_F(lwip_udp_socket, gives_back_all_that_waits_when_it_is_closed) {
    ask(get_hello);
    ask(get_hello, 16);
    first.refusals = 1;
    EXPECT_EQ(serve(), poll_result::blocked);
    socket.close();  // LeakSanitizer has a say
}

// A server that has an answer there may not know that the socket was closed.
TEST_F(lwip_udp_socket, leaves_what_it_lent_to_the_caller_when_it_is_closed) {
    ask(get_hello);
    ASSERT_EQ(receive(), status::done);
    ASSERT_TRUE(is_lent());
    socket.close();
    buffer[0] = 1;  // AddressSanitizer has a say
    EXPECT_EQ(socket.send(buffer.first(10), in.route), status::failed);
    EXPECT_EQ(receive(), status::would_block);
}

// As many as the socket keeps, besides the one that is lent.
TEST_F(lwip_udp_socket, keeps_its_depth_while_it_lends) {
    ask(get_hello);
    ASSERT_EQ(receive(), status::done);
    for (byte i = 0; i < udp_socket::depth; ++i) ask({i});
    EXPECT_EQ(socket.dropped(), 0U);
    for (byte i = 0; i < udp_socket::depth; ++i) {
        ASSERT_EQ(receive(), status::done);
        EXPECT_EQ(buffer[0], i);
    }
}

// Such as an answer behind which its layer put the request, or before which it needs room.
TEST_F(lwip_udp_socket, sends_without_a_copy_from_anywhere_in_what_it_lent) {
    ask(get_hello);
    ASSERT_EQ(receive(), status::done);
    ASSERT_TRUE(is_lent());
    const std::size_t last = buffer.size() - hello.size();
    for (const std::size_t at : {0UZ, 1UZ, 100UZ, last}) {
        first.refusals = at == 0 ? 0 : 1;
        first.clear();
        ask(get_hello);
        ASSERT_EQ(receive(), status::done);
        copy_bytes(hello.data(), hello.size(), buffer.data() + at);
        const bytes answer = buffer.subspan(at, hello.size());
        while (first.refusals != 0) EXPECT_EQ(socket.send(answer, in.route), status::would_block);
        EXPECT_EQ(socket.send(answer, in.route), status::done);
        EXPECT_EQ(first.take_datagram()->data, hello) << at;
    }
}

TEST_F(lwip_udp_socket, needs_no_memory_of_the_heap_for_an_answer_in_what_it_lent) {
    ask(get_hello);
    ASSERT_EQ(receive(), status::done);
    ASSERT_TRUE(is_lent());
    const out_of_memory now;
    EXPECT_EQ(socket.send(bytes{memory.message}.first(10), in.route), status::would_block) << "this one it has to copy";
    EXPECT_EQ(socket.send(buffer.first(10), in.route), status::done);
    EXPECT_TRUE(first.take_datagram());
}

}  // namespace
}  // namespace mincoap::lwip
