#include "loopback_harness.hpp"

namespace mincoap::net {
namespace {

constexpr endpoint client = ipv4(192, 0, 2, 1, 40000);
constexpr endpoint server = ipv4(192, 0, 2, 2, 5683);

constexpr arrival from_client() {
    arrival about;
    about.route.remote = client;
    about.route.local = server;
    return about;
}

constexpr bool is(bytes a, bytes b) { return a.size() == b.size() && equal_bytes(a.data(), b.data(), a.size()); }

TEST(loopback, works_in_constant_expressions) {
    constexpr bool echoed = [] {
        loopback<8, 2> socket;
        constexpr std::array<byte, 3> sent{1, 2, 3};
        std::array<byte, 8> storage{};
        arrival in;
        if (!socket.deliver(sent, from_client())) return false;
        if (socket.receive(storage, in) != status::done) return false;
        if (socket.send({storage.data(), in.size}, in.route) != status::done) return false;
        const auto* answer = socket.take();
        return answer != nullptr && is(answer->content(), sent) && answer->arrival.route.remote == client &&
               answer->arrival.route.local == server;
    }();
    static_assert(echoed);
}

TEST(loopback, has_nothing_at_first) {
    loopback<> socket;
    std::array<byte, 8> storage{};
    arrival in;
    EXPECT_EQ(socket.receive(storage, in), status::would_block);
    EXPECT_EQ(socket.take(), nullptr);
}

TEST(loopback, refuses_what_it_has_no_room_for) {
    loopback<4, 2> socket;
    const std::array<byte, 5> data{1, 2, 3, 4, 5};
    EXPECT_FALSE(socket.deliver(data, from_client())) << "longer than its capacity";
    EXPECT_TRUE(socket.deliver(bytes{data}.first(4), from_client()));
    EXPECT_TRUE(socket.deliver({}, from_client()));
    EXPECT_FALSE(socket.deliver({}, from_client())) << "as deep as it is";
}

TEST(loopback, goes_round_many_times) {
    loopback<1, 3> socket;
    std::array<byte, 1> storage{};
    arrival in;
    for (byte i = 0; i < 20; ++i) {
        ASSERT_TRUE(socket.deliver({&i, 1}, from_client()));
        ASSERT_EQ(socket.receive(storage, in), status::done);
        ASSERT_EQ(storage[0], i);
        ASSERT_EQ(socket.send(storage, in.route), status::done);
        const auto* const sent = socket.take();
        ASSERT_NE(sent, nullptr);
        EXPECT_EQ(sent->content()[0], i);
    }
}

TEST(loopback, blocks_when_nobody_takes_what_was_sent) {
    loopback<4, 2> socket;
    EXPECT_EQ(socket.send({}, from_client().route), status::done);
    EXPECT_EQ(socket.send({}, from_client().route), status::done);
    EXPECT_EQ(socket.send({}, from_client().route), status::would_block);
    EXPECT_NE(socket.take(), nullptr);
    EXPECT_EQ(socket.send({}, from_client().route), status::done);
}

TEST(loopback, fails_on_demand) {
    loopback<4, 2> socket;
    std::array<byte, 4> storage{};
    arrival in;
    socket.receive_status = status::failed;
    EXPECT_EQ(socket.receive(storage, in), status::failed);
    ASSERT_TRUE(socket.deliver({}, from_client()));
    EXPECT_EQ(socket.receive(storage, in), status::done) << "what is there comes first";

    for (const status answer : {status::failed, status::would_block}) {
        socket.send_status = answer;
        EXPECT_EQ(socket.send({}, in.route), answer);
        EXPECT_EQ(socket.take(), nullptr);
    }
}

TEST(loopback, hands_on_what_a_test_says_of_a_datagram) {
    loopback<4, 2> socket;
    std::array<byte, 4> storage{};
    arrival about = from_client();
    about.multicast = about.truncated = true;
    arrival in;
    ASSERT_TRUE(socket.deliver({}, about));
    ASSERT_EQ(socket.receive(storage, in), status::done);
    EXPECT_TRUE(in.multicast);
    EXPECT_TRUE(in.truncated);
}

// ---- lending

using lending = loopback<64, 2, true>;

TEST(lending_loopback, receives_in_its_own_memory_of_no_more_than_the_storage) {
    std::array<byte, 100> storage{};
    const std::array<byte, 3> data{1, 2, 3};
    for (const std::size_t room : {100UZ, 64UZ, 40UZ}) {
        lending socket;
        ASSERT_TRUE(socket.deliver(data, from_client()));
        mutable_bytes buffer = mutable_bytes{storage}.first(room);
        arrival in;
        ASSERT_EQ(socket.receive(buffer, in), status::done);
        EXPECT_NE(buffer.data(), storage.data());
        EXPECT_EQ(buffer.size(), std::min(room, std::size_t{64}));
        EXPECT_TRUE(is(buffer.first(in.size), data));
    }
}

TEST(lending_loopback, copies_what_does_not_fit_and_where_a_challenge_would_not) {
    std::array<byte, 30> storage{};
    lending socket;
    const std::array<byte, 31> large{};
    ASSERT_TRUE(socket.deliver(large, from_client()));
    ASSERT_TRUE(socket.deliver(bytes{large}.first(3), from_client()));
    arrival in;
    mutable_bytes buffer{storage};
    ASSERT_EQ(socket.receive(buffer, in), status::done);
    EXPECT_EQ(buffer.data(), storage.data());
    EXPECT_TRUE(in.truncated);
    buffer = mutable_bytes{storage}.first(21);
    ASSERT_EQ(socket.receive(buffer, in), status::done);
    EXPECT_EQ(buffer.data(), storage.data());
    EXPECT_EQ(buffer.size(), 21U);
}

// Lets a test detect a server that uses memory after it has returned it to the socket.
TEST(lending_loopback, spoils_what_was_given_back) {
    const auto loan_after = [](status sent) {
        lending socket;
        std::array<byte, 64> storage{};
        mutable_bytes buffer{storage};
        arrival in;
        EXPECT_TRUE(socket.deliver(std::array<byte, 3>{1, 2, 3}, from_client()));
        EXPECT_EQ(socket.receive(buffer, in), status::done);
        socket.send_status = sent;
        EXPECT_EQ(socket.send(buffer.first(in.size), in.route), sent);
        return buffer[0];
    };
    EXPECT_EQ(loan_after(status::would_block), 1) << "the caller still owns the memory";
    EXPECT_NE(loan_after(status::done), 1);
    EXPECT_NE(loan_after(status::failed), 1);
}

template <bool Lends>
class alone {
public:
    auto& socket() { return socket_; }
    auto& network() { return socket_; }

private:
    loopback<64, 4, Lends> socket_;
};

}  // namespace
}  // namespace mincoap::net

namespace mincoap::conformance {
using loopback_harnesses =
    testing::Types<net::loopback_harness<net::alone<false>>, net::loopback_harness<net::alone<true>>>;
struct loopback_names {
    template <typename Harness>
    static std::string GetName(int index) {
        return index == 0 ? "copies" : "lends";
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(loopback, udp_socket_conformance, loopback_harnesses, loopback_names);
}  // namespace mincoap::conformance
