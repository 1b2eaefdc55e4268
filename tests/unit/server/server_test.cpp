#include <type_traits>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::packet;
using test::unicast;

constexpr auto site = routes(at<"a">(text("A")));

packet taken(auto& socket) {
    const auto* const datagram = socket.take();
    return datagram == nullptr ? packet{} : packet{datagram->content()};
}

TEST(server, serves) {
    net::loopback<> socket;
    server s{socket, site, unguarded{}};
    EXPECT_EQ(s.poll(0), poll_result::idle);
    ASSERT_TRUE(socket.deliver(packet{"41 01 00 01 77 b1 'a'"}.view(), unicast()));
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(taken(socket), packet{"61 45 00 01 77 c0 ff 'A'"});
    EXPECT_FALSE(s.is_blocked());
}

// RFC 7252 §4.4: the server gives these responses its own Message IDs, which differ from each other.
TEST(server, counts_the_message_ids_of_non_confirmable_responses) {
    net::loopback<> socket;
    server s{socket, site, unguarded{}};
    const auto next = [&] {
        EXPECT_TRUE(socket.deliver(packet{"50 01 12 34 b1 'a'"}.view(), unicast()));
        EXPECT_EQ(s.poll(0), poll_result::served);
        return taken(socket);
    };
    EXPECT_EQ(next(), packet{"50 45 00 00 c0 ff 'A'"});
    EXPECT_EQ(next(), packet{"50 45 00 01 c0 ff 'A'"});
    s.start_message_ids_at(0xfffe);
    EXPECT_EQ(next(), packet{"50 45 ff fe c0 ff 'A'"});
    EXPECT_EQ(next(), packet{"50 45 ff ff c0 ff 'A'"});
    EXPECT_EQ(next(), packet{"50 45 00 00 c0 ff 'A'"});
}

// RFC 7252 §4.2: an Acknowledgement carries the Message ID of its request, and does not advance the counter.
TEST(server, does_not_count_acknowledgements) {
    net::loopback<> socket;
    server s{socket, site, unguarded{}};
    s.start_message_ids_at(0x7777);
    ASSERT_TRUE(socket.deliver(packet{"40 01 12 34 b1 'a'"}.view(), unicast()));
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(taken(socket), packet{"60 45 12 34 c0 ff 'A'"});
    ASSERT_TRUE(socket.deliver(packet{"50 01 12 34 b1 'a'"}.view(), unicast()));
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(taken(socket), packet{"50 45 77 77 c0 ff 'A'"});
}

TEST(server, counts_in_a_layer_that_it_keeps) {
    net::loopback<> socket;
    server s{socket, site, unguarded{}, counters{}};
    ASSERT_TRUE(socket.deliver(packet{"40 00 00 01"}.view(), unicast()));
    ASSERT_TRUE(socket.deliver(packet{"40 01 00 02 b1 'a'"}.view(), unicast()));
    ASSERT_TRUE(socket.deliver(packet{"00"}.view(), unicast()));
    while (s.poll(0) != poll_result::idle) {}
    EXPECT_EQ(s.layer<counters>()[outcomes::ping], 1U);
    EXPECT_EQ(s.layer<counters>()[outcomes::served], 1U);
    EXPECT_EQ(s.layer<counters>()[outcomes::too_short], 1U);
}

TEST(server, takes_a_layer_that_refers_to_something) {
    struct log {
        std::vector<outcome>* seen;
        explicit log(std::vector<outcome>& s) : seen(&s) {}
        void count(outcome o) { seen->push_back(o); }
    };
    std::vector<outcome> seen;
    net::loopback<> socket;
    server s{socket, site, unguarded{}, log{seen}};
    ASSERT_TRUE(socket.deliver(packet{"40 00 00 01"}.view(), unicast()));
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(seen, std::vector{outcomes::ping});
}

TEST(server, works_in_given_memory) {
    server_memory<12> memory;
    net::loopback<> socket;
    server s{socket, site, memory, unguarded{}, counters{}};
    ASSERT_TRUE(socket.deliver(packet{"40 01 00 01 b1 'a'"}.view(), unicast()));
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(taken(socket), packet{"60 45 00 01 c0 ff 'A'"});
    ASSERT_TRUE(socket.deliver((packet{"40 01 00 02 b9"} + test::filler(9)).view(), unicast()));
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(taken(socket), packet{"60 8d 00 02"});
    EXPECT_EQ(s.layer<counters>()[outcomes::truncated], 1U);
}

// RFC 7252 §4.6: a message has at most 1,152 bytes if the path's limits are unknown.
TEST(server, takes_messages_of_the_default_size) {
    net::loopback<1280> socket;
    server s{socket, site, unguarded{}, counters{}};
    const packet head = "50 01 00 01 b1 'a' ff";
    ASSERT_TRUE(socket.deliver((head + test::filler(1152 - head.size())).view(), unicast()));
    ASSERT_TRUE(socket.deliver((head + test::filler(1153 - head.size())).view(), unicast()));
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(s.layer<counters>()[outcomes::truncated], 0U);
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(s.layer<counters>()[outcomes::truncated], 1U);
}

TEST(server, says_that_it_is_blocked) {
    net::loopback<> socket;
    server s{socket, site, unguarded{}};
    socket.send_status = net::status::would_block;
    ASSERT_TRUE(socket.deliver(packet{"40 01 00 01 b1 'a'"}.view(), unicast()));
    EXPECT_FALSE(s.is_blocked());
    EXPECT_EQ(s.poll(0), poll_result::blocked);
    EXPECT_TRUE(s.is_blocked());
    socket.send_status = net::status::done;
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_FALSE(s.is_blocked());
    EXPECT_EQ(taken(socket), packet{"60 45 00 01 c0 ff 'A'"});
}

// ---- a socket that takes no answer

class blocked_server : public testing::Test {
protected:
    // Time passes only in this function.
    poll_result poll_after(std::uint32_t ms) {
        now_ms += ms;
        return s.poll(now_ms);
    }
    void ask(byte id) {
        const std::array<byte, 6> get_a{0x40, 1, 0, id, 0xb1, 'a'};
        ASSERT_TRUE(socket.deliver(get_a, unicast()));
    }
    packet answer_to(byte id) const { return packet{"60 45 00"} + packet{bytes{&id, 1}} + "c0 ff 'A'"; }
    std::uint32_t idle_ms() const { return s.idle_ms(now_ms); }

    net::loopback<64, 4> socket;
    server<net::loopback<64, 4>, decltype(site), server_memory<>, unguarded> s{socket, site, unguarded{}};
    std::uint32_t now_ms = 0xffff'ffb0;  // the clock wraps around
};

// A peer that accepts no datagrams must not keep others waiting.
TEST_F(blocked_server, drops_an_answer_that_the_socket_has_not_taken_for_100_ms) {
    socket.send_status = net::status::would_block;
    ask(1);
    EXPECT_EQ(poll_after(0), poll_result::blocked);
    EXPECT_EQ(poll_after(99), poll_result::blocked);
    EXPECT_EQ(poll_after(1), poll_result::unsent);
    EXPECT_FALSE(s.is_blocked());
    socket.send_status = net::status::done;
    EXPECT_EQ(poll_after(0), poll_result::idle);
    EXPECT_EQ(taken(socket), packet{});
}

TEST_F(blocked_server, tries_once_more_when_the_time_is_over) {
    socket.send_status = net::status::would_block;
    ask(1);
    EXPECT_EQ(poll_after(0), poll_result::blocked);
    socket.send_status = net::status::done;
    EXPECT_EQ(poll_after(10'000), poll_result::served);
    EXPECT_EQ(taken(socket), answer_to(1));
}

TEST_F(blocked_server, waits_once_for_a_full_queue_and_not_with_each_answer) {
    socket.send_status = net::status::would_block;
    for (const byte id : {byte{1}, byte{2}, byte{3}}) ask(id);
    EXPECT_EQ(poll_after(0), poll_result::blocked);
    EXPECT_EQ(poll_after(100), poll_result::unsent);
    EXPECT_EQ(poll_after(0), poll_result::unsent);
    EXPECT_EQ(poll_after(0), poll_result::unsent);
    EXPECT_EQ(poll_after(0), poll_result::idle);
}

TEST_F(blocked_server, waits_anew_once_an_answer_was_taken) {
    socket.send_status = net::status::would_block;
    ask(1);
    EXPECT_EQ(poll_after(0), poll_result::blocked);
    EXPECT_EQ(poll_after(60), poll_result::blocked);
    socket.send_status = net::status::done;
    EXPECT_EQ(poll_after(0), poll_result::served);
    socket.send_status = net::status::would_block;
    ask(2);
    EXPECT_EQ(poll_after(60), poll_result::blocked);
    EXPECT_EQ(poll_after(99), poll_result::blocked);
    EXPECT_EQ(poll_after(1), poll_result::unsent);
}

TEST_F(blocked_server, does_not_take_a_failure_for_an_answer_that_was_sent) {
    socket.send_status = net::status::would_block;
    ask(1);
    EXPECT_EQ(poll_after(0), poll_result::blocked);
    socket.send_status = net::status::failed;
    EXPECT_EQ(poll_after(50), poll_result::error);
    socket.send_status = net::status::would_block;
    ask(2);
    EXPECT_EQ(poll_after(0), poll_result::blocked);
    EXPECT_EQ(poll_after(50), poll_result::unsent);
}

// A loop that waits for writability, or for so long, needs nothing else.
TEST_F(blocked_server, tells_how_long_it_waits_for_the_socket) {
    EXPECT_GT(idle_ms(), 1'000'000U);
    socket.send_status = net::status::would_block;
    ask(1);
    EXPECT_EQ(poll_after(0), poll_result::blocked);
    EXPECT_EQ(idle_ms(), net::send_patience_ms);
    now_ms += 60;
    EXPECT_EQ(idle_ms(), net::send_patience_ms - 60);
    now_ms += 60;
    EXPECT_EQ(idle_ms(), 0U);
    EXPECT_EQ(poll_after(0), poll_result::unsent);
    EXPECT_GT(idle_ms(), 1'000'000U);
}

TEST_F(blocked_server, waits_for_the_socket_where_the_clock_stands_still) {
    socket.send_status = net::status::would_block;
    ask(1);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(poll_after(0), poll_result::blocked);
    socket.send_status = net::status::done;
    EXPECT_EQ(poll_after(0), poll_result::served);
    EXPECT_EQ(taken(socket), answer_to(1));
}

// ---- a socket that lends

using lending_loopback = net::loopback<64, 4, true>;

TEST(server_on_lent_memory, answers_where_the_datagram_lies) {
    server_memory<128> memory;
    memory.message.fill(0x77);
    lending_loopback socket;
    server s{socket, site, memory, unguarded{}};
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(socket.deliver(packet{"40 01 00 01 b1 'a'"}.view(), unicast()));
        EXPECT_EQ(s.poll(0), poll_result::served);
        EXPECT_EQ(taken(socket), packet{"60 45 00 01 c0 ff 'A'"});
        EXPECT_EQ(s.poll(0), poll_result::idle);
    }
    for (const byte b : memory.message) ASSERT_EQ(b, 0x77) << "nothing was copied there";
}

TEST(server_on_lent_memory, keeps_a_blocked_answer_in_it) {
    lending_loopback socket;
    server s{socket, site, unguarded{}};
    socket.send_status = net::status::would_block;
    ASSERT_TRUE(socket.deliver(packet{"40 01 00 01 b1 'a'"}.view(), unicast()));
    ASSERT_TRUE(socket.deliver(packet{"40 01 00 02 b1 'a'"}.view(), unicast()));
    for (std::uint32_t now_ms : {0U, 50U, 99U}) EXPECT_EQ(s.poll(now_ms), poll_result::blocked);
    socket.send_status = net::status::done;
    EXPECT_EQ(s.poll(99), poll_result::served);
    EXPECT_EQ(s.poll(99), poll_result::served);
    EXPECT_EQ(taken(socket), packet{"60 45 00 01 c0 ff 'A'"});
    EXPECT_EQ(taken(socket), packet{"60 45 00 02 c0 ff 'A'"});
}

TEST(server_on_lent_memory, gives_it_back_with_an_answer_that_is_dropped_or_failed) {
    lending_loopback socket;
    server s{socket, site, unguarded{}};
    for (const auto& [status, last] : {std::pair{net::status::would_block, poll_result::unsent},
                                       std::pair{net::status::failed, poll_result::error}}) {
        socket.send_status = status;
        ASSERT_TRUE(socket.deliver(packet{"40 01 00 01 b1 'a'"}.view(), unicast()));
        poll_result result = s.poll(0);
        if (result == poll_result::blocked) result = s.poll(100);
        EXPECT_EQ(result, last);
        socket.send_status = net::status::done;
        ASSERT_TRUE(socket.deliver(packet{"40 01 00 02 b1 'a'"}.view(), unicast()));
        EXPECT_EQ(s.poll(100), poll_result::served);
        EXPECT_EQ(taken(socket), packet{"60 45 00 02 c0 ff 'A'"});
    }
}

// The socket has taken back the buffer of the previous datagram.
TEST(server_on_lent_memory, takes_a_datagram_that_is_copied_into_its_own_memory_afterwards) {
    constexpr auto sized = [](const request& r) -> reply {
        return r.payload().size() == 50 ? code::valid : code::bad_request;
    };
    server_memory<56> memory;
    lending_loopback socket;
    server s{socket, sized, memory, unguarded{}};
    const packet whole = packet{"40 02 00 02 ff"} + test::filler(50);
    const packet too_large = packet{"40 02 00 03 ff"} + test::filler(52);
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(socket.deliver(packet{"60 00 00 01"}.view(), unicast()));
        ASSERT_TRUE(socket.deliver(whole.view(), unicast()));
        ASSERT_TRUE(socket.deliver(too_large.view(), unicast()));
        EXPECT_EQ(s.poll(0), poll_result::ignored);
        EXPECT_EQ(s.poll(0), poll_result::served);
        EXPECT_EQ(taken(socket), packet{"60 43 00 02"});
        EXPECT_EQ(s.poll(0), poll_result::served);
        EXPECT_EQ(taken(socket), packet{"60 8d 00 03"});
        EXPECT_EQ(packet{bytes{memory.message}.first(4)}, packet{"60 8d 00 03"});
        memory.message.fill(0);
        EXPECT_EQ(s.poll(0), poll_result::idle);
    }
}

// By then, the socket has taken back the memory of the request.
TEST(server_on_lent_memory, sends_what_was_deferred_from_its_own) {
    constexpr auto groups = routes(at<"a">(for_groups(text("A"))));
    server_memory<128> memory;
    lending_loopback socket;
    server s{socket, groups, memory, unguarded{}, leisure<48>{1, 100}};
    ASSERT_TRUE(socket.deliver(packet{"50 01 00 01 b1 'a'"}.view(), test::multicast()));
    EXPECT_EQ(s.poll(0), poll_result::ignored);
    EXPECT_EQ(s.poll(100), poll_result::served);
    EXPECT_EQ(taken(socket), packet{"50 45 00 00 c0 ff 'A'"});
    EXPECT_EQ(packet{bytes{memory.message}.first(7)}, packet{"50 45 00 00 c0 ff 'A'"});
    ASSERT_TRUE(socket.deliver(packet{"40 01 00 02 b1 'a'"}.view(), unicast()));
    EXPECT_EQ(s.poll(100), poll_result::served);
    EXPECT_EQ(taken(socket), packet{"60 45 00 02 c0 ff 'A'"});
}

TEST(server, hands_on_the_time) {
    constexpr auto clock = [](const request& r) -> reply { return r.now_ms == 42 ? code::valid : code::bad_request; };
    net::loopback<> socket;
    server s{socket, clock, unguarded{}};
    ASSERT_TRUE(socket.deliver(packet{"40 01 00 01"}.view(), unicast()));
    EXPECT_EQ(s.poll(42), poll_result::served);
    EXPECT_EQ(taken(socket), packet{"60 43 00 01"});
}

// The server uses the layer itself, and no copy. A layer need not be copyable.
TEST(server, refers_to_a_layer_that_is_a_variable) {
    struct log {
        unsigned counted = 0;
        log() = default;
        log(const log&) = delete;
        log& operator=(const log&) = delete;
        void count(outcome) { ++counted; }
    };
    log ours;
    net::loopback<> socket;
    server s{socket, site, unguarded{}, ours};
    ASSERT_TRUE(socket.deliver(packet{"40 00 00 01"}.view(), unicast()));
    EXPECT_EQ(s.poll(0), poll_result::served);
    EXPECT_EQ(ours.counted, 1U);
    EXPECT_EQ(&s.layer<log>(), &ours);
}

TEST(server, keeps_a_layer_that_is_a_temporary) {
    net::loopback<> socket;
    server s{socket, site, unguarded{}, counters{}};
    const auto* const at = reinterpret_cast<const byte*>(&s.layer<counters>());
    const auto* const begin = reinterpret_cast<const byte*>(&s);
    EXPECT_GE(at, begin);
    EXPECT_LE(at + sizeof(counters), begin + sizeof s);
}

inline constexpr outcome expected = outcome::named<"expected">();

// Takes a response if it expects one.
struct client {
    bool expects = false;
    unsigned shown = 0;
    std::size_t receive(exchange& x, auto next) {
        if (!is_response_or_ack(x)) return next(x);
        ++shown;
        if (!expects) return next(x);
        return next.note(x, expected), acknowledge(x);
    }
};
struct other_client : client {};

// Two layers with the same function: neither hides the other.
TEST(server, calls_each_layer) {
    struct log {
        unsigned counted = 0;
        void count(outcome) { ++counted; }
    };
    net::loopback network;
    const null_handler handler;
    server device{network, handler, unguarded{}, log{}, counters{}, client{}, other_client{}};
    counters& counted = device.layer<counters>();
    const auto kind_of_reply = [&] {
        EXPECT_TRUE(network.deliver(packet{"40 45 12 34"}.view(), test::unicast()));
        EXPECT_EQ(device.poll(0), poll_result::served);
        return packet{network.take()->content()};
    };
    EXPECT_EQ(kind_of_reply(), packet{"70 00 12 34"}) << "a Reset, as neither expects it";
    device.layer<other_client>().expects = true;
    EXPECT_EQ(kind_of_reply(), packet{"60 00 12 34"}) << "an Acknowledgement, as one does";
    EXPECT_EQ(device.layer<log>().counted, 2U);
    EXPECT_EQ(counted[expected], 1U);
    EXPECT_EQ(counted[outcomes::unwanted], 1U);
    EXPECT_EQ(device.layer<other_client>().shown, 2U);
    EXPECT_EQ(device.layer<client>().shown, 2U) << "the one outside is shown what the other one takes";
}

template <typename T>
concept tells_who_is_confirmed = requires(T& in) { in.confirmed; };

// If a socket could confirm addresses, it could make the server send anything to any address.
TEST(server, asks_no_socket_whose_address_is_confirmed) {
    static_assert(tells_who_is_confirmed<origin> && !tells_who_is_confirmed<net::arrival>);
    static_assert(!origin{}.confirmed);
}

// Confirms the address of one client, and leaves others as they are.
struct knows_one {
    std::size_t receive(exchange& x, auto next) {
        if (x.from.route.remote == test::client) x.from.confirmed = true;
        return next(x);
    }
};

// A message that proves an address proves nothing about the next one.
TEST(server, forgets_that_an_address_was_confirmed) {
    constexpr auto gate = routes(at<"g">(confirmed_only(text("G"))));
    net::loopback<> socket;
    server s{socket, gate, unguarded{}, knows_one{}};
    net::arrival other = unicast();
    other.route.remote.port ^= 1;
    const auto answer = [&](const net::arrival& about) {
        EXPECT_TRUE(socket.deliver(packet{"40 01 12 34 b1 'g'"}.view(), about));
        EXPECT_EQ(s.poll(0), poll_result::served);
        return taken(socket);
    };
    EXPECT_EQ(answer(other), packet{"60 81 12 34"});
    EXPECT_EQ(answer(unicast()), packet{"60 45 12 34 c0 ff 'G'"});
    EXPECT_EQ(answer(other), packet{"60 81 12 34"});
}

// The arguments must outlive the server, so each way to make a server refuses temporaries.
using own_memory = server_memory<>;
using given = server<net::null_socket, null_handler, own_memory, unguarded>;
using given_layers = server<net::null_socket, null_handler, own_memory, unguarded, counters>;
using given_buffer = server<net::null_socket, null_handler, server_memory<64>&, unguarded, counters>;
static_assert(std::is_constructible_v<given, net::null_socket&, null_handler&, unguarded>);
static_assert(std::is_constructible_v<given, net::null_socket&, const null_handler&, unguarded>);
static_assert(std::is_constructible_v<given_layers, net::null_socket&, const null_handler&, unguarded, counters>);
static_assert(
    std::is_constructible_v<given_buffer, net::null_socket&, null_handler&, server_memory<64>&, unguarded, counters>);
static_assert(!std::is_constructible_v<given, net::null_socket&, null_handler, unguarded>);
static_assert(!std::is_constructible_v<given, net::null_socket&, const null_handler, unguarded>);
static_assert(!std::is_constructible_v<given, net::null_socket, null_handler&, unguarded>);
static_assert(!std::is_constructible_v<given_layers, net::null_socket&, null_handler, unguarded, counters>);
static_assert(
    !std::is_constructible_v<given_buffer, net::null_socket&, null_handler, server_memory<64>&, unguarded, counters>);

// The archetype of a socket is enough to build a server on.
TEST(server, stands_on_anything_that_is_a_socket) {
    net::null_socket socket;
    server s{socket, site, unguarded{}};
    EXPECT_EQ(s.poll(0), poll_result::idle);
}

}  // namespace
}  // namespace mincoap
