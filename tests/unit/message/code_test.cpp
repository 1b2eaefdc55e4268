#include <gtest/gtest.h>

#include <mincoap/message/code.hpp>

namespace mincoap::message {
namespace {

constexpr code dotted(unsigned c, unsigned detail) { return static_cast<code>(c * 32 + detail); }

// RFC 7252 §12.1.1, RFC 8132 §6.
TEST(code, has_the_registered_methods) {
    static_assert(code::empty == dotted(0, 0));
    static_assert(code::get == dotted(0, 1));
    static_assert(code::post == dotted(0, 2));
    static_assert(code::put == dotted(0, 3));
    static_assert(code::delete_ == dotted(0, 4));
    static_assert(code::fetch == dotted(0, 5));
    static_assert(code::patch == dotted(0, 6));
    static_assert(code::ipatch == dotted(0, 7));
}

// RFC 7252 §12.1.2, RFC 7959 §6, RFC 8132 §6, RFC 8516 §6, RFC 8768 §6.
TEST(code, has_the_registered_responses) {
    static_assert(code::created == dotted(2, 1));
    static_assert(code::deleted == dotted(2, 2));
    static_assert(code::valid == dotted(2, 3));
    static_assert(code::changed == dotted(2, 4));
    static_assert(code::content == dotted(2, 5));
    static_assert(code::continue_ == dotted(2, 31));
    static_assert(code::bad_request == dotted(4, 0));
    static_assert(code::unauthorized == dotted(4, 1));
    static_assert(code::bad_option == dotted(4, 2));
    static_assert(code::forbidden == dotted(4, 3));
    static_assert(code::not_found == dotted(4, 4));
    static_assert(code::method_not_allowed == dotted(4, 5));
    static_assert(code::not_acceptable == dotted(4, 6));
    static_assert(code::request_entity_incomplete == dotted(4, 8));
    static_assert(code::conflict == dotted(4, 9));
    static_assert(code::precondition_failed == dotted(4, 12));
    static_assert(code::request_entity_too_large == dotted(4, 13));
    static_assert(code::unsupported_content_format == dotted(4, 15));
    static_assert(code::unprocessable_entity == dotted(4, 22));
    static_assert(code::too_many_requests == dotted(4, 29));
    static_assert(code::internal_server_error == dotted(5, 0));
    static_assert(code::not_implemented == dotted(5, 1));
    static_assert(code::bad_gateway == dotted(5, 2));
    static_assert(code::service_unavailable == dotted(5, 3));
    static_assert(code::gateway_timeout == dotted(5, 4));
    static_assert(code::proxying_not_supported == dotted(5, 5));
    static_assert(code::hop_limit_reached == dotted(5, 8));
}

// RFC 7252 §3: class 0 is a request, 2, 4 and 5 are responses, 1, 3, 6 and 7 reserved. 0.00 is none of them.
TEST(code, of_every_value_is_of_one_kind) {
    for (unsigned value = 0; value < 256; ++value) {
        const auto c = static_cast<code>(value);
        const unsigned cls = value / 32;
        EXPECT_EQ(class_of(c), cls);
        EXPECT_EQ(is_request(c), cls == 0 && value != 0) << value;
        EXPECT_EQ(is_response(c), cls == 2 || cls == 4 || cls == 5) << value;
        EXPECT_EQ(is_reserved(c), cls == 1 || cls == 3 || cls == 6 || cls == 7) << value;
        EXPECT_EQ(is_request(c) + is_response(c) + is_reserved(c) + (value == 0), 1) << value;
    }
}

TEST(code, is_an_error_from_4_00_on) {
    static_assert(is_error(code::bad_request) && is_error(code::hop_limit_reached));
    static_assert(!is_error(code::content) && !is_error(code::continue_) && !is_error(code::get));
}

// RFC 7252 §3: T is 0 to 3 in this order.
TEST(type, has_the_numbers_of_the_t_field) {
    static_assert(static_cast<unsigned>(type::confirmable) == 0);
    static_assert(static_cast<unsigned>(type::non_confirmable) == 1);
    static_assert(static_cast<unsigned>(type::acknowledgement) == 2);
    static_assert(static_cast<unsigned>(type::reset) == 3);
}

}  // namespace
}  // namespace mincoap::message
