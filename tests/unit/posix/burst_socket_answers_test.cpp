// The answers are the same, byte for byte, through each socket of this adapter and with each feature of the kernel
// switched off. Two peers send random requests, many of them damaged.
#include <algorithm>
#include <array>
#include <memory>
#include <random>

#include <gtest/gtest.h>
#include <netinet/udp.h>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/burst_socket.hpp>
#include <mincoap/testing/request.hpp>

#include "raw_peer.hpp"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

namespace mincoap::posix {
namespace {

using octets = std::vector<byte>;

constexpr int peers = 2;
constexpr int rounds = 15;

std::uint16_t level;
constexpr std::string_view poem = "Whose woods these are I think I know. His house is in the village though; "
                                  "He will not see me stopping here To watch his woods fill up with snow.";
constexpr auto site =
    routes(at<"hello">(text("Hello CoAP")), at<"level">(value(level)), at<"poem">(document(poem)), well_known_core);

// ---- traffic

// One call of a peer. `size` is 0 for one datagram; otherwise `data` is a run of datagrams of this size.
struct outgoing {
    int peer;
    octets data;
    int size = 0;
};
using traffic = std::vector<outgoing>;

class generator {
public:
    explicit generator(unsigned seed) : random_(seed) {}

    traffic round() {
        traffic all(static_cast<std::size_t>(1 + below(40)));
        for (outgoing& m : all) {
            m = {below(peers), datagram()};
            if (!m.data.empty() && m.data.size() < 100 && below(3) == 0) repeat(m);
        }
        return all;
    }

private:
    int below(int limit) { return std::uniform_int_distribution(0, limit - 1)(random_); }
    byte any() { return static_cast<byte>(below(256)); }

    octets request() {
        byte room[256];
        const code method = std::array{code::get, code::get, code::put, code::post}[static_cast<unsigned>(below(4))];
        const char* const path =
            std::array{"hello", "level", "poem", ".well-known/core", "nowhere"}[static_cast<unsigned>(below(5))];
        testing::request asked{method, path, method == code::get ? "" : "17"};
        if (below(2) == 0) asked.non_confirmable();
        if (below(3) == 0) asked.with(message::option::block2, static_cast<std::uint32_t>(below(64)));
        if (below(8) == 0) asked.with(message::option::no_response, 2U);
        if (below(8) == 0) asked.with(message::option::accept, static_cast<std::uint32_t>(below(2) * 60));
        const bytes written = asked.write(room);
        octets data{written.begin(), written.end()};
        number(data);
        return data;
    }
    void number(octets& data) {
        data[2] = any();
        data[3] = any();
    }

    octets datagram() {
        octets data = request();
        switch (below(8)) {
            case 0:
                data[static_cast<std::size_t>(below(static_cast<int>(data.size())))] ^=
                    static_cast<byte>(1 << below(8));
                break;
            case 1: data.resize(static_cast<std::size_t>(below(static_cast<int>(data.size())))); break;
            case 2: data.resize(data.size() + static_cast<std::size_t>(below(1300)), any()); break;
            case 3: std::ranges::generate(data, [this] { return any(); }); break;
            default: break;
        }
        return data;
    }

    // A run of such requests with other Message IDs. The last one may be shorter.
    void repeat(outgoing& m) {
        const octets one = m.data;
        for (int more = below(20); more != 0; --more) {
            octets next = one;
            if (next.size() >= 4) number(next);
            m.data.insert(m.data.end(), next.begin(), next.end());
        }
        m.data.resize(m.data.size() - static_cast<std::size_t>(below(static_cast<int>(one.size()))));
        m.size = static_cast<int>(one.size());
    }

    std::mt19937 random_;
};

void send(const raw_peer& peer, const outgoing& m, std::uint16_t port) {
    const bool is_run = static_cast<std::size_t>(m.size) < m.data.size();
    const int size = is_run ? m.size : 0;
    ASSERT_EQ(::setsockopt(peer.descriptor(), IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size), 0);
    ASSERT_TRUE(peer.send(m.data, "127.0.0.1", port));
}

std::vector<octets> answers_to(const raw_peer& peer) {
    std::vector<octets> all;
    byte storage[2048];
    for (ssize_t size; (size = ::recv(peer.descriptor(), storage, sizeof storage, MSG_DONTWAIT)) >= 0;)
        all.emplace_back(storage, storage + size);
    return all;
}

// ---- ways

using answers = std::vector<std::vector<octets>>;  // a list per round and peer

answers served(auto& socket, auto& server, const std::array<raw_peer, peers>& from) {
    answers all;
    level = 0;
    generator make{4711};
    for (std::uint32_t round = 0; round < rounds; ++round) {
        for (const outgoing& m : make.round()) send(from[static_cast<std::size_t>(m.peer)], m, socket.local_port());
        while (server.poll(1000 * round) != poll_result::idle) {}
        for (const raw_peer& peer : from) all.push_back(answers_to(peer));
    }
    return all;
}

constexpr security::key a_key{1, 2, 3, 4};

answers through(auto& socket, const std::array<raw_peer, peers>& from, bool is_guarded) {
    static deduplicate<16, 64> kept;
    std::destroy_at(&kept);
    std::construct_at(&kept);
    server guarded{socket, site, echo_guard{a_key}, kept, no_response{}};
    server open{socket, site, unguarded{}};
    return is_guarded ? served(socket, guarded, from) : served(socket, open, from);
}

udp_socket bound(const char* address) { return udp_socket::bind(to_endpoint(address, 0).value()).value(); }

template <unsigned Slots = 64, unsigned Runs = 12>
answers in_bursts(const char* address, burst_features features, const auto& from, bool is_guarded) {
    const auto memory = std::make_unique<burst_memory<Slots, default_message_size, Runs>>();
    burst_socket socket{bound(address), *memory, features};
    return through(socket, from, is_guarded);
}

void expect_the_same(bool is_guarded) {
    const std::array<raw_peer, peers> from{raw_peer{"127.0.0.1"}, raw_peer{"127.0.0.1"}};
    udp_socket all = bound("::"), all_of_ipv4 = bound("0.0.0.0"), one = bound("127.0.0.1");
    const answers expected = through(all, from, is_guarded);
    std::size_t count = 0;
    for (const auto& some : expected) count += some.size();
    EXPECT_GT(count, 500U);
    EXPECT_EQ(through(all_of_ipv4, from, is_guarded), expected);
    EXPECT_EQ(through(one, from, is_guarded), expected);
    for (int off = 0; off < 8; ++off) {
        const burst_features features{(off & 1) == 0, (off & 2) == 0, (off & 4) == 0};
        const char* const address = is_guarded ? "::" : "127.0.0.1";
        EXPECT_EQ(in_bursts(address, features, from, is_guarded), expected) << "without " << off;
    }
    EXPECT_EQ((in_bursts<1, 1>("::", {}, from, is_guarded)), expected);
    EXPECT_EQ((in_bursts<3, 2>("127.0.0.1", {}, from, is_guarded)), expected);
}

static_assert(std::is_same_v<burst_memory<>, burst_memory<64, default_message_size, 12>>, "the sizes match a server's");

TEST(posix_burst_socket_answers, are_those_of_each_socket_and_without_each_feature) { expect_the_same(false); }
TEST(posix_burst_socket_answers, are_the_same_of_a_guarded_server_with_memory) { expect_the_same(true); }

}  // namespace
}  // namespace mincoap::posix
