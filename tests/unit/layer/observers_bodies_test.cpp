// Observe (RFC 7641): its numbers, bodies that are generated, and a resource that a group has.
#include <mincoap/layer/observers.hpp>

#include <gtest/gtest.h>

#include "../../support/timeline.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::packet;

int temperature = 20;

ask observe(std::string_view path) { return ask{code::get, path}.with(6).token("aa bb"); }

// RFC 7641 section 3.4 compares 24 bits: a larger number by less than 2^23, or a smaller one by more than that.
TEST(observers, counts_on_when_24_bits_are_used_up) {
    constexpr auto next = [](std::uint32_t last) { return detail::next_observe_value(last); };
    static_assert(next(0) == 0x1'0001 && next(0x1'0001) == 0x1'0002 && next(0x01'ffff) == 0x02'0000);
    std::uint32_t last = 0xff'fffd;
    for (int i = 0; i < 5; ++i) {
        const std::uint32_t before = last & 0xff'ffff;
        last = next(last);
        const std::uint32_t after = last & 0xff'ffff;
        EXPECT_GE(after, 0x1'0000U) << "three bytes in the shortest form";
        EXPECT_TRUE(before < after ? after - before < 1U << 23 : before - after > 1U << 23);
    }
}

// The body is generated behind the place of all options, of which Observe is one.
TEST(observers_of_bodies, pushes_the_first_block_of_a_generated_body) {
    static constexpr auto bodies = routes(at<"b">(generated<content_format::octet_stream>([](body_writer& to) {
                                              to.put("0123456789abcdef0123456789abcdef");
                                          })).observable());
    observers<1, 40> watching;
    test::timeline generating{bodies, watching};
    EXPECT_EQ(generating.say(observe("b").with(23)), "ack 2.05 obs: 0123456789abcdef");
    generating.server.changed<"b">();
    EXPECT_EQ(generating.said_within(0), "non 2.05 obs: 0123456789abcdef");
}

// RFC 7641 section 4.3.2: a client that names an ETag gets a 2.03, which has no Content-Format.
TEST(observers_of_bodies, goes_on_between_2_03_and_2_05) {
    static constexpr auto bodies = routes(at<"b">(generated<content_format::octet_stream>([](body_writer& to) {
                                              for (int i = 0; i < 20; ++i) to.put(static_cast<byte>(temperature + 'A'));
                                          })).observable());
    observers<1, 40> watching;
    test::timeline tagged{bodies, watching};
    temperature = 20;
    tagged.network.deliver(packet{ask{code::get, "b"}}, test::unicast());
    const packet tag{tagged.pass(0).at(0).message.option(option::etag)->value};
    EXPECT_EQ(tagged.say(observe("b").with(4, tag)), "ack 2.03 obs");
    temperature = 0;
    tagged.server.changed<"b">();
    EXPECT_EQ(tagged.said_within(4000), "non 2.05 obs: AAAAAAAAAAAAAAAAAAAA");
    temperature = 20;
    tagged.server.changed<"b">();
    EXPECT_EQ(tagged.said_within(4000), "non 2.03 obs");
    temperature = 1;
    tagged.server.changed<"b">();
    EXPECT_EQ(tagged.said_within(4000), "non 2.05 obs: BBBBBBBBBBBBBBBBBBBB");
}

TEST(observers_of_a_group, counts_a_change_by_a_request_to_a_group) {
    static constexpr auto lamps = routes(at<"lamp">(for_groups(value(temperature))).observable());
    observers<1, 40> watching;
    test::timeline group{lamps, watching};
    group.say(observe("lamp"));
    group.network.deliver(packet{ask{code::put, "lamp"}.payload("5").non()}, test::multicast());
    EXPECT_EQ(group.said_within(1000), "non 2.04, non 2.05 obs: 5");
}

}  // namespace
}  // namespace mincoap
