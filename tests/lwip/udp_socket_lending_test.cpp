// Serving without a copy: the socket lends the memory in which the datagram lies.
#include <memory>

#include <gmock/gmock.h>
#include <lwip/pbuf.h>

#include "udp_socket_harness.hpp"

namespace mincoap::lwip {
namespace {

using testing::ElementsAre;

constexpr security::key key{1, 2, 3, 4};
constexpr auto guarded_site = routes(at<"g">(confirmed_only(text("Hello CoAP"))));
const packet get_g{0x48, 1, 0x12, 0x34, 1, 2, 3, 4, 5, 6, 7, 8, 0xb1, 'g'};

// The server needs room for a header, a token and an Echo option at least. The sender chooses where in the buffer the
// datagram lies.
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

// lwIP puts its own headers before an answer, not those of the request.
TEST_F(lwip_udp_socket, lends_what_the_link_carries_whatever_headers_the_request_had) {
    first.set_mtu(500, 500);
    first.put(with_padding(make({first.ipv6(9, peer_port), first.ipv6(1, port), get_hello}), 64), 200);
    ASSERT_EQ(serve(), poll_result::served);
    EXPECT_EQ(buffer.size(), 500U - 48U);
}

TEST_F(lwip_udp_socket, lends_enough_for_a_challenge_where_the_link_carries_next_to_nothing) {
    for (const int mtu : {1, 28, 40, 49, 50, 87}) {
        for (const std::size_t piece : {0UZ, 50UZ}) {
            first.set_mtu(static_cast<std::uint16_t>(mtu), static_cast<std::uint16_t>(mtu));
            first.put(make({first.ipv6(9, peer_port), first.ipv6(1, port), get_hello}), piece);
            EXPECT_EQ(receive(), status::done);
            EXPECT_EQ(is_lent(), piece == 0);
            EXPECT_EQ(buffer.size(), net::min_lent_size) << mtu;
        }
    }
}

TEST_F(lwip_udp_socket, copies_where_its_storage_is_too_small_for_a_challenge) {
    for (const std::size_t room : {0UZ, 10UZ, 39UZ}) {
        ask(get_hello);
        ASSERT_EQ(receive(room), status::done);
        EXPECT_FALSE(is_lent());
        EXPECT_EQ(buffer.size(), room);
        EXPECT_EQ(in.truncated, room < get_hello.size());
    }
}

// A driver's own memory. Only the driver knows its size, and its type claims that it comes from the pool.
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

// Another user of lwIP, such as one that logs incoming packets, may read the packet later.
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

// The answer must not depend on the datagram before.
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

// As from a driver that removes the header of the frame itself.
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

// The other interface may have no cable, for example.
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

// An attacker may send many requests with forged source addresses that do not exist.
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
    socket.close();  // LeakSanitizer reports memory that was not given back
}

// A server whose answer lies in the lent memory may not know that the socket was closed.
TEST_F(lwip_udp_socket, leaves_what_it_lent_to_the_caller_when_it_is_closed) {
    ask(get_hello);
    ASSERT_EQ(receive(), status::done);
    ASSERT_TRUE(is_lent());
    socket.close();
    buffer[0] = 1;  // AddressSanitizer reports freed memory
    EXPECT_EQ(socket.send(buffer.first(10), in.route), status::failed);
    EXPECT_EQ(receive(), status::would_block);
}

// The socket keeps `depth` datagrams besides the lent one.
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

// For example, a layer may keep the request behind the answer, or need room in front of it.
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
