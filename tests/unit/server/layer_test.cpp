// Tests the contract of layers with three layers that need no change elsewhere. One stores an answer and repeats it.
// One rewrites messages in place in both directions. One keeps a request, and has its answer sent later.
#include <mincoap/server/layer.hpp>

#include <gtest/gtest.h>

#include <mincoap/mincoap.hpp>

#include "../../support/guard.hpp"
#include "../../support/packet.hpp"

namespace mincoap {
namespace {

using test::packet;

constexpr net::endpoint client = net::ipv4(192, 0, 2, 1, 40000);
constexpr net::endpoint other_client = net::ipv4(192, 0, 2, 7, 40000);

// ---- The layers

// Repeats the stored answer if a POST comes again.
class repeats {
public:
    std::size_t receive(exchange& x, auto next) {
        if (x.error != message::parse_error::none || x.method != code::post) return next(x);
        const std::uint16_t id = message::message_id_of(x.header());
        if (size_ != 0 && id == id_ && x.from.route.remote == remote_) {
            copy_bytes(answer_.data(), size_, x.header());
            return size_;
        }
        id_ = id;
        remote_ = x.from.route.remote;
        size_ = next(x);
        copy_bytes(x.header(), size_, answer_.data());
        return size_;
    }

private:
    std::uint16_t id_ = 0;
    net::endpoint remote_{};
    std::size_t size_ = 0;
    std::array<byte, 128> answer_{};
};

// If a message has the option OSCORE, its payload holds code, options and payload, with a mask applied to each byte.
// The same is true of its answer.
class masks {
public:
    struct seen {
        bool is_masked = false;
    };
    static void option(seen& noted, const message::option_view& o) {
        if (o.number == option::oscore) noted.is_masked = true;
    }

    std::size_t receive(exchange& x, seen& noted, auto next) {
        if (!noted.is_masked || x.error != message::parse_error::none) return next(x);
        unmask(x);
        x.reserve(added);
        x.protection = mask;
        next.reread(x);
        return seal(x, next(x));
    }
    std::size_t emit(exchange& x, auto next) {
        x.reserve(added);
        return seal(x, next.emit(x));
    }
    static std::uint32_t idle_ms(std::uint32_t, const auto&) { return forever_ms; }

private:
    static constexpr byte mask = 0x5a;
    static constexpr std::size_t added = 3;  // an empty option 9, a payload marker, the code

    static void unmask(exchange& x) {
        const bytes inner = x.request.message.payload();
        byte* const begin = x.header() + token_end_of(x);
        x.header()[1] = inner[0] ^ mask;
        for (std::size_t i = 1; i < inner.size(); ++i) begin[i - 1] = inner[i] ^ mask;
        x.size = token_end_of(x) + inner.size() - 1;
    }
    static std::size_t seal(exchange& x, std::size_t size) {
        if (size <= message::header_size || x.protection == 0) return size;
        const std::size_t begin = token_end_of(x);
        byte* const header = x.header();
        for (std::size_t i = size; i != begin; --i) header[i - 1 + added] = header[i - 1] ^ mask;
        header[begin] = 0x90;
        header[begin + 1] = message::payload_marker;
        header[begin + 2] = header[1] ^ mask;
        header[1] = static_cast<byte>(code::changed);
        return size + added;
    }
};

// Keeps one request that is answered with `later`, and asks for its answer once it is due.
class postpones {
public:
    reply serve(exchange& x, const request& r, auto next) {
        const copy_of_request kept{r};
        const reply answer = next(r);
        if (!answer.is_later() || size_ != 0) return answer;
        copy_bytes(kept.content.data(), kept.size, request_.data());
        size_ = kept.size;
        route_ = x.from.route;
        protection_ = x.protection;
        since_ms_ = x.now_ms();
        return reply::nothing();
    }
    std::size_t emit(exchange& x, auto next) {
        if (idle_ms(x.now_ms(), next) != 0 || next.all().awaits(route_.remote)) return next.emit(x);
        copy_bytes(request_.data(), size_, x.header());
        x.size = size_;
        x.from.size = size_;
        x.from.route = route_;
        x.protection = protection_;
        size_ = 0;
        return next.ask(x);
    }
    std::uint32_t idle_ms(std::uint32_t now_ms, const auto&) const {
        return size_ == 0 ? forever_ms : left_ms(500, since_ms_, now_ms);
    }

private:
    // The request is copied before a handler may overwrite it. The copy is Non-confirmable, so the server draws a new
    // Message ID.
    struct copy_of_request {
        explicit copy_of_request(const request& r) : size(r.message.datagram().size()) {
            copy_bytes(r.message.datagram().data(), size, content.data());
            content[0] = static_cast<byte>(content[0] | non_confirmable_bit);
        }
        std::size_t size;
        std::array<byte, 128> content{};
    };

    std::array<byte, 128> request_{};
    std::size_t size_ = 0;
    net::route route_{};
    std::uint64_t protection_ = 0;
    std::uint32_t since_ms_ = 0;
};

// ---- The site

int posts = 0;
bool is_ready = false;

constexpr auto site = routes(  //
    at<"count">(post([](const request&) -> reply { return ++posts, code::changed; }), get([] { return content("n"); })),
    at<"slow">(get([]() -> reply { return is_ready ? content("done") : later([](ticket) {}); })),
    at<"mute">(get([] { return reply::nothing(); })), at<"long">(text("0123456789012345678901234567890123456789")));

template <typename... Layers>
class stack_of {
public:
    explicit stack_of(Layers&... layers) : stack_(site, layers...) {}

    packet receive(const packet& datagram, std::uint32_t now_ms = 0, const net::endpoint& remote = client) {
        origin from;
        from.size = datagram.size();
        from.route.remote = remote;
        copy_bytes(bytes{datagram}.data(), datagram.size(), memory_.data());
        return packet{bytes{memory_}.first(stack_.receive(memory_, from, now_ms))};
    }
    packet emit(std::uint32_t now_ms) {
        origin from;
        const std::size_t size = stack_.emit(memory_, from, now_ms);
        if (size != 0) sent_to = from.route.remote;
        return packet{bytes{memory_}.first(size)};
    }
    std::uint32_t idle_ms(std::uint32_t now_ms) const { return stack_.idle_ms(now_ms); }

    net::endpoint sent_to{};

private:
    std::array<byte, 128> memory_{};
    stack<std::remove_const_t<decltype(site)>, Layers&...> stack_;
};

// ---- Each alone

TEST(layer, may_repeat_an_answer) {
    posts = 0;
    unguarded none;
    repeats again;
    stack_of s{none, again};
    const packet post = "41 02 00 07 aa b5 63 6f 75 6e 74";
    EXPECT_EQ(s.receive(post), "61 44 00 07 aa");
    EXPECT_EQ(s.receive(post), "61 44 00 07 aa");
    EXPECT_EQ(posts, 1);
    EXPECT_EQ(s.receive(post, 0, other_client), "61 44 00 07 aa");
    EXPECT_EQ(posts, 2);
}

TEST(layer, may_rewrite_a_message_both_ways) {
    unguarded none;
    masks secret;
    stack_of s{none, secret};
    // GET /count behind the mask 5a: 01 b5 63 6f 75 6e 74. The answer 45 c0 ff 6e follows an empty OSCORE option.
    EXPECT_EQ(s.receive("41 02 00 07 aa 90 ff 5b ef 39 35 2f 34 2e"), "61 44 00 07 aa 90 ff 1f 9a a5 34");
    EXPECT_EQ(s.receive("41 01 00 08 aa b5 63 6f 75 6e 74"), "61 45 00 08 aa c0 ff 6e") << "plain, and so it stays";
}

TEST(layer, may_keep_a_request_and_have_its_answer_sent_later) {
    is_ready = false;
    unguarded none;
    postpones later;
    stack_of s{none, later};
    EXPECT_EQ(s.idle_ms(0), forever_ms);
    EXPECT_EQ(s.receive("41 01 00 09 aa b4 73 6c 6f 77", 1000), "60 00 00 09") << "acknowledged";
    EXPECT_EQ(s.idle_ms(1100), 400U);
    EXPECT_EQ(s.emit(1499), "");
    is_ready = true;
    EXPECT_EQ(s.emit(1500), "51 45 00 00 aa c0 ff 64 6f 6e 65");
    EXPECT_EQ(s.sent_to, client);
    EXPECT_EQ(s.emit(1501), "");
    EXPECT_EQ(s.idle_ms(1501), forever_ms);
}

// ---- All together

TEST(layer, works_with_others_around_it_that_it_does_not_know) {
    is_ready = false;
    posts = 0;
    unguarded none;
    repeats again;
    masks secret;
    postpones later;
    stack_of s{again, secret, none, later};
    // The innermost layer keeps GET /slow, which is masked. The layer around it seals the answer.
    EXPECT_EQ(s.receive("41 02 00 0a bb 90 ff 5b ee 29 36 35 2d", 0), "60 00 00 0a")
        << "an Empty message is not sealed";
    is_ready = true;
    EXPECT_EQ(s.emit(500), "51 44 00 00 bb 90 ff 1f 9a a5 3e 35 34 3f");
    // POST /count comes twice, masked. The second answer repeats the first one, sealed as it was sent.
    const packet post = "41 02 00 0b cc 90 ff 58 ef 39 35 2f 34 2e";
    EXPECT_EQ(s.receive(post), "61 44 00 0b cc 90 ff 1e");
    EXPECT_EQ(s.receive(post), "61 44 00 0b cc 90 ff 1e");
    EXPECT_EQ(posts, 1);
}

TEST(layer, has_the_guard_count_what_it_adds) {
    echo_guard guard{test::guard_key};
    masks secret;
    stack_of s{secret, guard};
    // GET /mask gets 4.04. Its 13 bytes allow 39, including the added bytes.
    EXPECT_EQ(s.receive("41 02 00 07 aa 90 ff 5b ee 37 3b 29 31"), "61 44 00 07 aa 90 ff de");
    // GET /long would get 40 bytes of text, but 13 x 3 are allowed. It gets a sealed 4.01 with Echo.
    const packet challenge = s.receive("41 02 00 07 aa 90 ff 5b ee 36 35 34 3d");
    EXPECT_EQ(challenge.size(), 5U + 3 + 10);
    EXPECT_EQ(packet{challenge.view().first(8)}, "61 44 00 07 aa 90 ff db");
}

TEST(layer, is_given_the_room_that_is_left) {
    masks secret;
    unguarded none;
    std::array<byte, 20> memory{};
    // With the added bytes, the answer of /count fits in 20 bytes. The answer of /long does not, and becomes 5.00.
    stack small{site, secret, none};
    const auto ask = [&](const packet& datagram) {
        origin from;
        from.size = datagram.size();
        copy_bytes(bytes{datagram}.data(), datagram.size(), memory.data());
        return packet{bytes{memory}.first(small.receive(memory, from, 0))};
    };
    EXPECT_EQ(ask("41 02 00 07 aa 90 ff 5b ee 36 35 34 3d"), "61 44 00 07 aa 90 ff fa");
    EXPECT_EQ(ask("41 02 00 07 aa 90 ff 5b ef 39 35 2f 34 2e"), "61 44 00 07 aa 90 ff 1f 9a a5 34");
}

// ---- Silence and lateness

TEST(layer, is_not_needed_to_say_nothing) {
    unguarded none;
    counters counted;
    stack_of s{none, counted};
    EXPECT_EQ(s.receive("41 01 00 0c aa b4 6d 75 74 65"), "60 00 00 0c");
    EXPECT_EQ(s.receive("51 01 00 0c aa b4 6d 75 74 65"), "");
    EXPECT_EQ(counted[outcomes::unsaid], 2U);
}

TEST(layer, that_keeps_requests_is_needed_for_later_answers) {
    is_ready = false;
    unguarded none;
    stack_of s{none};
    EXPECT_EQ(s.receive("41 01 00 0d aa b4 73 6c 6f 77"), "61 a3 00 0d aa") << "5.03";
}

// ---- What it can tell

constexpr outcome unlucky = outcome::named<"unlucky">();
struct drops_13 {
    static std::size_t receive(exchange& x, auto next) {
        if (x.size == 13) return next.note(x, unlucky), 0;
        return next(x);
    }
};
struct closed {
    static std::size_t receive(exchange& x, auto next) {
        return x.method == code::get ? next.answer(x, code::service_unavailable) : next(x);
    }
};
struct gate {
    bool is_shut = true;
    std::size_t receive(exchange& x, auto next) const { return is_shut ? 0 : next(x); }
};

TEST(layer, tells_outcomes_of_its_own) {
    drops_13 unlucky_ones;
    unguarded none;
    counters counted;
    stack_of s{unlucky_ones, none, counted};
    EXPECT_EQ(s.receive("40 01 00 01 ff 00 00 00 00 00 00 00 00"), "");
    EXPECT_EQ(s.receive("40 00 00 01"), "70 00 00 01");
    EXPECT_EQ(counted[unlucky], 1U);
    EXPECT_EQ(counted[outcomes::ping], 1U);
    EXPECT_EQ(counted.all().size(), 2U);
    EXPECT_EQ(counted.all()[0].what.name(), "unlucky");
}

TEST(layer, answers_in_place_of_the_site) {
    closed closes;
    unguarded none;
    stack_of s{closes, none};
    EXPECT_EQ(s.receive("41 01 00 01 aa b5 63 6f 75 6e 74"), "61 a3 00 01 aa");
    EXPECT_EQ(s.receive("51 01 00 01 aa b5 63 6f 75 6e 74"), "51 a3 00 00 aa");
}

// A layer's notes about a message's options end with the message, whichever layer drops it.
TEST(layer, forgets_the_options_of_a_message_that_another_one_drops) {
    gate before;
    masks secret;
    unguarded none;
    stack_of s{before, secret, none};
    EXPECT_EQ(s.receive("41 02 00 07 aa 90 ff 5b ef 39 35 2f 34 2e"), "");
    before.is_shut = false;
    EXPECT_EQ(s.receive("41 01 00 08 aa b5 63 6f 75 6e 74"), "61 45 00 08 aa c0 ff 6e");
}

}  // namespace
}  // namespace mincoap
