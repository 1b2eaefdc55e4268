// Which of several uploads continues, and how long the others wait.
#include <gtest/gtest.h>

#include "../../../support/exchange.hpp"
#include "../../../support/options.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::packet;
using test::request_tag;

net::arrival from(byte host, std::uint16_t port = 40000) {
    net::arrival about = test::unicast();
    about.route.remote = net::ipv4(192, 0, 2, host, port);
    return about;
}

class upload_owner_test : public testing::Test {
protected:
    static ask put() { return ask{code::put, "s"}; }

    // Returns 0 if the upload began.
    std::uint32_t begin(const net::arrival& about, std::uint32_t now_ms, const packet& datagram = put()) {
        std::uint32_t seconds = 0;
        const auto try_it = [&](const request& r) {
            seconds = owner.seconds_to_wait(r);
            if (seconds == 0) owner.begin(r);
        };
        test::inspect(datagram, try_it, about, now_ms);
        return seconds;
    }
    bool go_on(const net::arrival& about, std::uint32_t now_ms, const packet& datagram = put()) {
        bool taken = false;
        test::inspect(datagram, [&](const request& r) { taken = owner.goes_on(r); }, about, now_ms);
        return taken;
    }
    bool is_repeated(const net::arrival& about, const packet& datagram = put()) {
        bool repeated = false;
        test::inspect(datagram, [&](const request& r) { repeated = owner.is_repeated(r); }, about);
        return repeated;
    }

    upload_owner owner;
};

TEST_F(upload_owner_test, first_block_of_another_client_waits_until_the_upload_has_ended) {
    EXPECT_FALSE(owner.under_way());
    EXPECT_EQ(begin(from(1), 500), 0U);
    EXPECT_TRUE(owner.under_way());
    EXPECT_EQ(begin(from(2), 600), 10U);
    EXPECT_FALSE(go_on(from(2), 600));
    EXPECT_TRUE(go_on(from(1), 700));
    owner.end();
    EXPECT_FALSE(owner.under_way());
    EXPECT_TRUE(go_on(from(1), 800)) << "the client may repeat its last block";
    EXPECT_EQ(begin(from(2), 900), 0U);
    EXPECT_FALSE(go_on(from(1), 900));
}

TEST_F(upload_owner_test, same_client_may_begin_anew) {
    EXPECT_EQ(begin(from(1), 0), 0U);
    EXPECT_EQ(begin(from(1), 0), 0U);
}

// The port is part of an endpoint: libcoap uses a new one for each run.
TEST_F(upload_owner_test, other_ports_and_addresses_are_other_clients) {
    EXPECT_EQ(begin(from(1), 0), 0U);
    EXPECT_NE(begin(from(1, 40001), 1), 0U);
    EXPECT_FALSE(go_on(from(1, 40001), 2));
    net::arrival elsewhere = from(1);
    elsewhere.route.remote.interface = 3;
    EXPECT_FALSE(go_on(elsewhere, 2));
    EXPECT_TRUE(go_on(from(1), 2));
}

TEST_F(upload_owner_test, silence_ends_an_upload) {
    EXPECT_EQ(begin(from(1), 1'000), 0U);
    EXPECT_TRUE(go_on(from(1), 5'000));
    EXPECT_EQ(begin(from(2), 5'001), 10U) << "the remaining time is rounded up";
    EXPECT_EQ(begin(from(2), 6'000), 9U);
    EXPECT_EQ(begin(from(2), 14'999), 1U);
    EXPECT_TRUE(go_on(from(1), 14'999)) << "the upload is active";
    EXPECT_EQ(begin(from(2), 24'998), 1U);
    EXPECT_EQ(begin(from(2), 24'999), 0U);
    EXPECT_FALSE(go_on(from(1), 25'000));
}

TEST_F(upload_owner_test, what_is_left_is_told_in_whole_seconds) {
    EXPECT_EQ(begin(from(1), 0), 0U);
    for (std::uint32_t now_ms = 1; now_ms < 10'000; ++now_ms)
        ASSERT_EQ(begin(from(2), now_ms), (10'000 - now_ms + 999) / 1'000) << now_ms;
    EXPECT_EQ(begin(from(2), 10'000), 0U);
}

TEST_F(upload_owner_test, clock_may_wrap_around) {
    EXPECT_EQ(begin(from(1), 0xffff'ffff), 0U);
    EXPECT_EQ(begin(from(2), 4'999), 5U);
    EXPECT_EQ(begin(from(2), 9'999), 0U);
}

// The program calls `poll(0)` each time, and the client never returns.
TEST_F(upload_owner_test, dead_client_does_not_lock_the_resource_where_the_clock_stands_still) {
    EXPECT_EQ(begin(from(1), 0), 0U);
    for (std::uint32_t left = 9; left > 0; --left) EXPECT_EQ(begin(from(2), 0), left);
    EXPECT_EQ(begin(from(2), 0), 0U);
}

TEST_F(upload_owner_test, refusals_do_not_hasten_a_clock_that_runs) {
    EXPECT_EQ(begin(from(1), 0), 0U);
    for (std::uint32_t now_ms = 1; now_ms < 1'000; ++now_ms) EXPECT_EQ(begin(from(2), now_ms), 10U);
    EXPECT_TRUE(go_on(from(1), 1'000));
}

TEST_F(upload_owner_test, refusals_are_forgotten_when_the_upload_goes_on) {
    EXPECT_EQ(begin(from(1), 0), 0U);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(begin(from(2), 0), 9U);
        EXPECT_EQ(begin(from(2), 0), 8U);
        EXPECT_TRUE(go_on(from(1), 0));
    }
}

// RFC 9175 §3.3
TEST_F(upload_owner_test, request_tag_tells_two_uploads_of_one_client_apart) {
    const packet one = put().with(request_tag, "01");
    const packet other = put().with(request_tag, "02");
    EXPECT_EQ(begin(from(1), 0, one), 0U);
    EXPECT_NE(begin(from(1), 1, other), 0U);
    EXPECT_FALSE(go_on(from(1), 2, other));
    EXPECT_FALSE(go_on(from(1), 2)) << "a missing tag is not a tag";
    EXPECT_FALSE(go_on(from(1), 2, put().with(request_tag))) << "nor is an empty tag";
    EXPECT_FALSE(go_on(from(1), 2, put().with(request_tag, "01").with(request_tag)));
    EXPECT_FALSE(go_on(from(2), 2, one));
    EXPECT_TRUE(go_on(from(1), 2, one));
}

TEST_F(upload_owner_test, request_tags_are_told_apart_by_where_they_end) {
    EXPECT_EQ(begin(from(1), 0, put().with(request_tag, "01 02").with(request_tag, "03")), 0U);
    EXPECT_FALSE(go_on(from(1), 1, put().with(request_tag, "01").with(request_tag, "02 03")));
}

TEST_F(upload_owner_test, query_is_part_of_what_is_written) {
    EXPECT_EQ(begin(from(1), 0, put().query("slot=1")), 0U);
    EXPECT_FALSE(go_on(from(1), 1, put().query("slot=2")));
    EXPECT_TRUE(go_on(from(1), 1, put().query("slot=1").with(test::block1, "10"))) << "no other option is";
}

TEST_F(upload_owner_test, repetition_has_the_message_id_of_the_last_block) {
    EXPECT_EQ(begin(from(1), 0, put().id(7)), 0U);
    EXPECT_TRUE(is_repeated(from(1), put().id(7)));
    EXPECT_FALSE(is_repeated(from(1), put().id(8)));
    EXPECT_FALSE(is_repeated(from(2), put().id(7)));
    EXPECT_TRUE(go_on(from(1), 0, put().id(8)));
    EXPECT_FALSE(is_repeated(from(1), put().id(7)));
    owner.end();
    EXPECT_TRUE(is_repeated(from(1), put().id(8)));
}

}  // namespace
}  // namespace mincoap
