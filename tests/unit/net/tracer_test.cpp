#include <mincoap/net/tracer.hpp>

#include <array>
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/net/loopback.hpp>

#include "../../support/packet.hpp"

namespace mincoap::net {
namespace {

using test::packet;

constexpr route route{.remote = ipv4(192, 0, 2, 1, 40000), .local = ipv4(192, 0, 2, 2, 5683)};

struct told {
    net::direction direction;
    packet datagram;
    net::arrival arrival;
};

// Stores the traced datagrams.
struct keeps {
    std::vector<told>* to;

    void operator()(const traced& t) const { to->push_back({t.direction, packet{t.datagram}, t.arrival}); }
};

struct tracer_of : testing::Test {
    std::vector<told> heard;
    std::array<byte, 64> storage{};
    arrival in;
};

TEST_F(tracer_of, tells_a_datagram_that_came_in) {
    loopback<> socket;
    tracer traced{socket, keeps{&heard}};
    ASSERT_TRUE(socket.deliver(packet{"01 02 03"}, {.multicast = true, .truncated = true, .route = route}));
    ASSERT_EQ(traced.receive(storage, in), status::done);
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].direction, direction::in);
    EXPECT_EQ(heard[0].datagram, "01 02 03");
    EXPECT_EQ(heard[0].arrival.route.remote, route.remote);
    EXPECT_EQ(heard[0].arrival.route.local, route.local);
    EXPECT_TRUE(heard[0].arrival.multicast);
    EXPECT_TRUE(heard[0].arrival.truncated);
}

TEST_F(tracer_of, tells_a_datagram_that_went_out) {
    loopback<> socket;
    tracer traced{socket, keeps{&heard}};
    ASSERT_EQ(traced.send(packet{"04 05"}, route), status::done);
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].direction, direction::out);
    EXPECT_EQ(heard[0].datagram, "04 05");
    EXPECT_EQ(heard[0].arrival.size, 2U);
    EXPECT_EQ(heard[0].arrival.route.remote, route.remote);
    EXPECT_FALSE(heard[0].arrival.truncated);
}

TEST_F(tracer_of, tells_nothing_where_nothing_came_or_went) {
    loopback<> socket;
    tracer traced{socket, keeps{&heard}};
    EXPECT_EQ(traced.receive(storage, in), status::would_block);
    socket.receive_status = status::failed;
    EXPECT_EQ(traced.receive(storage, in), status::failed);
    socket.send_status = status::failed;
    EXPECT_EQ(traced.send(packet{"04"}, route), status::failed);
    EXPECT_TRUE(heard.empty());
}

TEST_F(tracer_of, tells_an_answer_once_though_the_socket_blocks_it_twice) {
    loopback<> socket;
    tracer traced{socket, keeps{&heard}};
    socket.send_status = status::would_block;
    for (int i = 0; i < 2; ++i) EXPECT_EQ(traced.send(packet{"04"}, route), status::would_block);
    socket.send_status = status::done;
    EXPECT_EQ(traced.send(packet{"04"}, route), status::done);
    EXPECT_EQ(heard.size(), 1U);
}

// The loopback overwrites lent memory after it has sent from it.
TEST_F(tracer_of, tells_what_was_sent_from_lent_memory_that_is_spoilt_by_then) {
    loopback<64, 4, true> socket;
    std::array<byte, 64> memory{};
    tracer traced{socket, keeps{&heard}, memory};
    static_assert(lending_socket<decltype(traced)>);
    ASSERT_TRUE(socket.deliver(packet{"01 02 03"}, {.route = route}));
    mutable_bytes buffer{storage};
    ASSERT_EQ(traced.receive(buffer, in), status::done);
    ASSERT_NE(buffer.data(), storage.data());
    ASSERT_EQ(traced.send(buffer.first(2), in.route), status::done);
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_EQ(heard[0].datagram, "01 02 03");
    EXPECT_EQ(heard[1].datagram, "01 02");
    EXPECT_FALSE(heard[1].arrival.truncated);
}

TEST_F(tracer_of, tells_the_beginning_of_an_answer_that_its_memory_is_too_small_for) {
    loopback<64, 4, true> socket;
    std::array<byte, 2> memory{};
    tracer traced{socket, keeps{&heard}, memory};
    ASSERT_EQ(traced.send(packet{"04 05 06"}, route), status::done);
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].datagram, "04 05");
    EXPECT_EQ(heard[0].arrival.size, 3U);
    EXPECT_TRUE(heard[0].arrival.truncated);
    EXPECT_EQ(packet{socket.take()->content()}, "04 05 06") << "which is sent whole";
}

TEST_F(tracer_of, is_a_socket_around_a_tracer) {
    loopback<> socket;
    tracer inner{socket, keeps{&heard}};
    tracer outer{inner, keeps{&heard}};
    ASSERT_EQ(outer.send(packet{"04"}, route), status::done);
    EXPECT_EQ(heard.size(), 2U);
}

}  // namespace
}  // namespace mincoap::net
