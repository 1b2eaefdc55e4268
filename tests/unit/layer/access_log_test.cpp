#include <mincoap/layer/access_log.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/mincoap.hpp>

#include "../../support/guard.hpp"
#include "../../support/packet.hpp"

namespace mincoap {
namespace {

using test::packet;

constexpr auto site =
    routes(at<"lamps/*">(get([](const request&, std::string_view) { return content("on"); })),
           at<"led">(put([] { return code::changed; })), at<"long">(text("0123456789012345678901234567890123456789")));

struct told {
    code method;
    std::string path;
    code answer;
    std::size_t in, out;
    outcome what;
    bool multicast;
};

// A server that stores its log.
class access_log_test : public testing::Test {
protected:
    std::vector<told> log;

    std::size_t give(const packet& datagram, bool multicast = false) {
        const auto tell = [this](const access& a) {
            log.push_back({a.method, std::string{a.path}, a.answer, a.bytes_in, a.bytes_out, a.what, a.from.multicast});
        };
        echo_guard guard{test::guard_key};
        leisure<64> late{1, 0};
        stack s{site, access_log{tell}, guard, late};
        std::array<byte, 128> memory{};
        origin from;
        from.size = datagram.size();
        from.multicast = multicast;
        copy_bytes(bytes{datagram}.data(), datagram.size(), memory.data());
        const std::size_t size = s.receive(memory, from, 0);
        if (size == 0) static_cast<void>(s.emit(memory, from, 10));
        return size;
    }
    const told& last() const { return log.back(); }
};

TEST_F(access_log_test, has_method_path_code_and_sizes) {
    EXPECT_EQ(give("40 01 00 01 b5 6c616d7073 02 6121"), 8U);
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(last().method, code::get);
    EXPECT_EQ(last().path, "/lamps/a!");
    EXPECT_EQ(last().answer, code::content);
    EXPECT_EQ(last().in, 13U);
    EXPECT_EQ(last().out, 8U);
    EXPECT_EQ(last().what, outcomes::served);
}

TEST_F(access_log_test, has_the_code_that_is_sent) {
    give("40 01 00 01 b4 6c6f6e67");
    EXPECT_EQ(last().answer, code::unauthorized) << "what the guard made of a 2.05";
    EXPECT_EQ(last().what, outcomes::challenged);
    EXPECT_EQ(last().out, 14U);
}

TEST_F(access_log_test, has_a_line_for_what_is_no_request) {
    give("40 00 00 01");
    EXPECT_EQ(last().method, code::empty);
    EXPECT_EQ(last().what, outcomes::ping);
    EXPECT_EQ(last().answer, code::empty);
    EXPECT_EQ(last().out, 4U);
    give("80 01 00");
    EXPECT_EQ(last().what, outcomes::too_short);
    EXPECT_EQ(last().path, "");
    EXPECT_EQ(last().out, 0U);
}

// A path cannot forge a line of the log, because the log percent-encodes characters that could end the path.
TEST_F(access_log_test, has_paths_of_one_line) {
    give("40 01 00 01 b5 6c616d7073 05 410a2f2042");
    EXPECT_EQ(last().path, "/lamps/A%0A%2F%20B");
    give("40 01 00 01");
    EXPECT_EQ(last().path, "/");
}

TEST_F(access_log_test, cuts_a_long_path) {
    packet request = "40 01 00 01 bd 3b";
    for (int i = 0; i < 72; ++i) request.append('x');
    give(request);
    EXPECT_EQ(last().path, "/" + std::string(63, 'x'));
    EXPECT_EQ(last().answer, code::not_found);
}

TEST_F(access_log_test, has_a_line_for_what_is_sent_later) {
    EXPECT_EQ(give("50 01 00 01 b5 6c616d7073 01 61", true), 0U);
    ASSERT_FALSE(log.empty());
    EXPECT_EQ(log[0].out, 0U);
    EXPECT_TRUE(log[0].multicast);
}

}  // namespace
}  // namespace mincoap
