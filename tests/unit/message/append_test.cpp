// Appends an option to a message that is already written.
#include <gtest/gtest.h>

#include <mincoap/message/append.hpp>

#include "../../support/packet.hpp"

namespace mincoap {
namespace {

using test::packet;

packet appended(const packet& message, option number, const packet& value, std::size_t room = 16) {
    std::vector<byte> memory(message.size() + room, 0xee);
    std::copy(message.view().begin(), message.view().end(), memory.begin());
    const message::options_end end{memory.data(), message.size()};
    const std::size_t size = message::append_option(memory, message.size(), end, number, value.view());
    return packet{bytes{memory}.first(size)};
}

TEST(append_option, puts_it_behind_the_token) {
    EXPECT_EQ(appended("60 44 12 34", option::block1, "02"), packet{"60 44 12 34 d1 0e 02"});
    EXPECT_EQ(appended("62 44 12 34 aa bb", option::block2, ""), packet{"62 44 12 34 aa bb d0 0a"});
    EXPECT_EQ(appended("60 44 12 34", option::content_format, "3c"), packet{"60 44 12 34 c1 3c"});
}

TEST(append_option, puts_it_in_front_of_the_payload) {
    EXPECT_EQ(appended("60 45 12 34 c0 ff 'abc'", option::block2, "08"), packet{"60 45 12 34 c0 b1 08 ff 'abc'"});
    EXPECT_EQ(appended("60 45 12 34 ff 'a'", option::echo, "01 02 03 04 05 06 07 08"),
              packet{"60 45 12 34 d8 ef 01 02 03 04 05 06 07 08 ff 'a'"});
}

// RFC 7252 §3.1: a delta up to 12 is in the head, up to 268 in one byte more.
TEST(append_option, tells_its_delta_in_the_shortest_form) {
    EXPECT_EQ(appended("60 45 12 34 b0", static_cast<option>(23), "01"), packet{"60 45 12 34 b0 c1 01"});
    EXPECT_EQ(appended("60 45 12 34 b0", static_cast<option>(24), "01"), packet{"60 45 12 34 b0 d1 00 01"});
    EXPECT_EQ(appended("60 45 12 34", static_cast<option>(268), "01"), packet{"60 45 12 34 d1 ff 01"});
}

TEST(append_option, leaves_a_message_as_it_is_for_which_there_is_no_room) {
    EXPECT_EQ(appended("60 45 12 34 ff 'a'", option::block1, "02", 3), packet{"60 45 12 34 d1 0e 02 ff 'a'"});
    EXPECT_EQ(appended("60 45 12 34 ff 'a'", option::block1, "02", 2), packet{"60 45 12 34 ff 'a'"});
}

TEST(append_option, finds_the_last_option) {
    const packet message = "61 45 12 34 77 c0 d1 0a 02 ff 'a'";
    const message::options_end end{message.view().data(), message.size()};
    EXPECT_EQ(end.last, static_cast<option>(12 + 23));
    EXPECT_EQ(end.at, 9U);
}

}  // namespace
}  // namespace mincoap
