#include <array>

#include <gtest/gtest.h>

#include <mincoap/message/writer.hpp>

#include "../../support/packet.hpp"

namespace mincoap {
namespace {

using message::encoded_content_format;
using test::packet;

TEST(format_option, may_be_absent) {
    static_assert(format_option{}.is_absent());
    static_assert(!format_option{0}.is_absent() && !format_option{65535}.is_absent());
    static_assert(format_option{} != format_option{0} && format_option{} != format_option{65535});
    static_assert(format_option{50} == content_format::json && format_option{0} == content_format::text_plain);
}

TEST(encoded_content_format, of_nothing_is_nothing) {
    static_assert(encoded_content_format{}.size() == 0);
    static_assert(encoded_content_format{}.decoded().is_absent());
}

// RFC 7252 §3.1, §3.2: for every number, the encoding equals the writer's option 12, and can be decoded again.
TEST(encoded_content_format, is_the_option_as_it_is_sent) {
    for (std::uint32_t number = 0; number < 0x1'0000; ++number) {
        const auto encoded = encoded_content_format::encode(static_cast<content_format>(number));
        std::array<byte, 4> buffer{};
        message::writer to{buffer, 0};
        to.uint_option(option::content_format, number);
        std::array<byte, 4> copy{};
        ASSERT_EQ(static_cast<std::size_t>(encoded.copy_to(copy.data()) - copy.data()), to.size()) << number;
        ASSERT_EQ(encoded.size(), to.size()) << number;
        ASSERT_EQ(copy, buffer) << number;
        ASSERT_EQ(encoded.decoded(), format_option{number});
    }
}

TEST(encoded_content_format, of_a_constant_is_made_at_compile_time) {
    static_assert(encoded_content_format{content_format::text_plain}.encoded == 0xc0);
    static_assert(encoded_content_format{content_format::json}.encoded == 0x32c1);
    static_assert(encoded_content_format{content_format::concise_problem_details}.encoded == 0x0101c2);
}

}  // namespace
}  // namespace mincoap
