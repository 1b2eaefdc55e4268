// Values as text: the responses to GET, the payloads that PUT accepts, and invalid payloads, which change nothing.
#include <concepts>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;

template <typename T>
class variable {
public:
    T of{};

    std::string get() { return c_.said(ask(code::get)); }
    std::string put(std::string_view payload) { return c_.said(ask(code::put).payload(payload)); }

    // PUT of `text` sets the value to `expected`, and GET returns its normal form.
    void expect_takes(std::string_view text, T expected) {
        of = static_cast<T>(expected == T{1} ? T{0} : T{1});
        EXPECT_EQ(put(text), "2.04") << text;
        EXPECT_EQ(of, expected) << text;
        EXPECT_EQ(get(), "2.05 ct=0: " + written(expected));
    }
    void expect_refuses(std::string_view text) {
        of = T{1};
        EXPECT_EQ(put(text), "4.00") << text;
        EXPECT_EQ(of, T{1}) << text << " changed it";
    }
    // Payloads that are invalid for every type.
    void expect_refuses_nonsense() {
        for (const char* const text : {"",   "+1",    "-",   "--1", "+",   " 1",       "1 ",
                                       " ",  "1\n",   "1.0", "1e1", "0x1", "a",        "true",
                                       "on", "1,000", "1/",  "1:",  "1-",  "\xd9\xa1", "99999999999999999999999999"})
            expect_refuses(text);
        expect_refuses(std::string_view{"1\0", 2});
        expect_refuses(std::string_view{"\0", 1});
    }

private:
    static std::string written(T value) { return std::to_string(value); }

    struct site_of_value {
        const variable& self;
        reply operator()(const request& r) const {
            return routes(at<"">(value(const_cast<T&>(self.of))))(r);  // NOLINT(*-const-cast): it is not const
        }
    };
    site_of_value site_{*this};
    core<site_of_value> c_{site_};
};

template <typename T>
class value_of : public testing::Test {};
using integers = testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
                                std::int64_t, std::uint64_t>;
TYPED_TEST_SUITE(value_of, integers);

TYPED_TEST(value_of, takes_its_limits) {
    using limits = std::numeric_limits<TypeParam>;
    variable<TypeParam> v;
    v.expect_takes("0", 0);
    v.expect_takes("1", 1);
    v.expect_takes("10", 10);
    v.expect_takes(std::to_string(limits::max()), limits::max());
    v.expect_takes(std::to_string(limits::max() - 1), static_cast<TypeParam>(limits::max() - 1));
    v.expect_takes(std::to_string(limits::min()), limits::min());
    v.expect_takes(std::to_string(limits::min() + 1), static_cast<TypeParam>(limits::min() + 1));
}

// Returns the number that follows a limit. Only the last digit differs, because none of the limits ends in 9.
std::string next_in_size(std::string number) {
    ++number.back();
    return number;
}

TYPED_TEST(value_of, refuses_what_is_beyond_its_limits) {
    using limits = std::numeric_limits<TypeParam>;
    variable<TypeParam> v;
    v.expect_refuses(next_in_size(std::to_string(limits::max())));
    v.expect_refuses(std::to_string(limits::max()) + "0");
    if constexpr (std::is_signed_v<TypeParam>) {
        v.expect_refuses(next_in_size(std::to_string(limits::min())));
        v.expect_refuses(std::to_string(limits::min()) + "0");
    } else {
        v.expect_refuses("-1");
        v.expect_refuses("-0");
    }
}

TYPED_TEST(value_of, refuses_nonsense) {
    variable<TypeParam> v;
    v.expect_refuses_nonsense();
}

TYPED_TEST(value_of, takes_leading_zeros) {
    variable<TypeParam> v;
    v.expect_takes("00", 0);
    v.expect_takes("007", 7);
    v.expect_takes(std::string(60, '0') + "12", 12);
}

// Each number of an 8-bit type, and the same count of numbers on either side.
template <typename T>
void expect_takes_exactly_its_range() {
    variable<T> v;
    for (int number = -1000; number <= 1000; ++number) {
        const std::string text = std::to_string(number);
        if (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max()) v.expect_refuses(text);
        else v.expect_takes(text, static_cast<T>(number));
    }
}
TEST(value, of_8_bits_takes_exactly_its_range) {
    expect_takes_exactly_its_range<std::int8_t>();
    expect_takes_exactly_its_range<std::uint8_t>();
}

TEST(value, of_a_signed_type_takes_a_minus) {
    variable<std::int32_t> v;
    v.expect_takes("-1", -1);
    v.expect_takes("-0", 0);
    v.expect_takes("-00012", -12);
}

TEST(value, of_bool_is_0_or_1) {
    variable<bool> v;
    EXPECT_EQ(v.get(), "2.05 ct=0: 0");
    EXPECT_EQ(v.put("1"), "2.04");
    EXPECT_TRUE(v.of);
    EXPECT_EQ(v.get(), "2.05 ct=0: 1");
    EXPECT_EQ(v.put("0"), "2.04");
    EXPECT_FALSE(v.of);
    v.expect_refuses_nonsense();
    for (const char* const text : {"2", "00", "01", "10", "-0", "-1", "/", "256", "true", "false"})
        v.expect_refuses(text);
}

TEST(value, is_text) {
    static int number;
    number = 7;
    constexpr auto site = routes(at<"n">(value(number)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "n").accept(0)), "2.05 ct=0: 7");
    EXPECT_EQ(c.said(ask(code::get, "n").accept(60)), "4.06");
    EXPECT_EQ(c.said(ask(code::put, "n").format(0).payload("8")), "2.04");
    EXPECT_EQ(c.said(ask(code::put, "n").format(60).payload("9")), "4.15");
    EXPECT_EQ(c.said(ask(code::put, "n").payload("9").with(1)), "4.02");
    EXPECT_EQ(c.said(ask(code::post, "n").payload("9")), "4.05");
    EXPECT_EQ(c.said(ask(code::delete_, "n")), "4.05");
    EXPECT_EQ(number, 8);
}

// RFC 7252 §5.7.2: Accept has no effect on a PUT, because the response has no representation.
TEST(value, does_not_mind_the_accept_of_a_put) {
    static int number;
    constexpr auto site = routes(at<"n">(value(number)));
    EXPECT_EQ(core{site}.said(ask(code::put, "n").accept(60).payload("9")), "2.04");
}

TEST(value, may_be_read_only) {
    static int number;
    number = -5;
    constexpr auto site = routes(at<"n">(value(std::as_const(number))));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "n")), "2.05 ct=0: -5");
    EXPECT_EQ(c.said(ask(code::put, "n").payload("1")), "4.05");
    EXPECT_EQ(number, -5);
}

TEST(value, may_be_a_constant) {
    static constexpr bool ready = true;
    constexpr auto site = routes(at<"ready">(value(ready)));
    EXPECT_EQ(core{site}.said(ask(code::get, "ready")), "2.05 ct=0: 1");
}

// ---- Functions

TEST(value, may_be_a_function_that_reads) {
    static std::uint16_t reads;
    reads = 0;
    constexpr auto site = routes(at<"n">(value([] { return ++reads; })));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "n")), "2.05 ct=0: 1");
    EXPECT_EQ(c.said(ask(code::get, "n")), "2.05 ct=0: 2");
    EXPECT_EQ(c.said(ask(code::put, "n").payload("1")), "4.05");
    EXPECT_EQ(c.said(ask(code::get, "n").query("q")), "4.02");
    EXPECT_EQ(reads, 2) << "what is refused is not read";
    EXPECT_EQ(c.said(ask(code::get, "n").accept(60)), "4.06");
}

TEST(value, may_be_functions_that_read_and_write) {
    static std::int16_t number;
    number = -300;
    constexpr auto site = routes(at<"n">(value([] { return number; }, [](std::int16_t n) { number = n; })));
    core c{site};
    EXPECT_EQ(c.said(ask(code::get, "n")), "2.05 ct=0: -300");
    EXPECT_EQ(c.said(ask(code::put, "n").payload("-32768")), "2.04");
    EXPECT_EQ(number, -32768);
    EXPECT_EQ(c.said(ask(code::put, "n").payload("-32769")), "4.00") << "what is read says how large";
    EXPECT_EQ(number, -32768);
}

TEST(value, may_be_refused_by_the_function_that_writes) {
    static unsigned percent;
    percent = 50;
    constexpr auto write = [](unsigned n) {
        if (n > 100) return false;
        percent = n;
        return true;
    };
    constexpr auto site = routes(at<"p">(value([] { return percent; }, write)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "p").payload("100")), "2.04");
    EXPECT_EQ(c.said(ask(code::put, "p").payload("101")), "4.00");
    EXPECT_EQ(c.said(ask(code::get, "p")), "2.05 ct=0: 100");
}

// The code that the function returns is the response.
TEST(value, may_be_answered_by_the_function_that_writes) {
    static unsigned percent;
    percent = 50;
    constexpr auto write = [](unsigned n) {
        if (n == percent) return code::valid;
        if (n > 100) return code::unprocessable_entity;
        if (n < percent) return code::conflict;
        percent = n;
        return code::changed;
    };
    constexpr auto site = routes(at<"p">(value([] { return percent; }, write)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "p").payload("50")), "2.03");
    EXPECT_EQ(c.said(ask(code::put, "p").payload("101")), "4.22");
    EXPECT_EQ(c.said(ask(code::put, "p").payload("49")), "4.09");
    EXPECT_EQ(c.said(ask(code::put, "p").payload("51")), "2.04");
    EXPECT_EQ(c.said(ask(code::put, "p").payload("x")), "4.00") << "and it is not called for nonsense";
    EXPECT_EQ(percent, 51U);
}

TEST(value, may_be_written_by_what_takes_more_or_anything) {
    static long written;
    constexpr auto small = [] { return std::uint8_t{0}; };
    constexpr auto site = routes(at<"more">(value(small, [](long n) { written = n; })),
                                 at<"reference">(value(small, [](const std::uint8_t& n) { written = n; })),
                                 at<"any">(value(small, [](auto n) {
                                     static_assert(std::same_as<decltype(n), std::uint8_t>);
                                     written = n;
                                 })));
    core c{site};
    for (const char* const path : {"more", "reference", "any"}) {
        written = 0;
        EXPECT_EQ(c.said(ask(code::put, path).payload("255")), "2.04") << path;
        EXPECT_EQ(written, 255) << path;
        EXPECT_EQ(c.said(ask(code::put, path).payload("256")), "4.00") << path;
        EXPECT_EQ(written, 255) << path;
    }
}

bool global_switch = false;
bool read_switch() { return global_switch; }
void write_switch(bool on) { global_switch = on; }

TEST(value, may_be_plain_functions) {
    constexpr auto site = routes(at<"s">(value(read_switch, write_switch)));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "s").payload("1")), "2.04");
    EXPECT_EQ(c.said(ask(code::get, "s")), "2.05 ct=0: 1");
    EXPECT_EQ(c.said(ask(code::put, "s").payload("x")), "4.00");
    EXPECT_TRUE(global_switch);
}

TEST(value, may_be_read_by_reference) {
    static int level;
    level = 7;
    constexpr auto site = routes(at<"l">(value([]() -> const int& { return level; }, [](int to) { level = to; })));
    core c{site};
    EXPECT_EQ(c.said(ask(code::put, "l").payload("-3")), "2.04");
    EXPECT_EQ(c.said(ask(code::get, "l")), "2.05 ct=0: -3");
}

// A GET returns the value from the time of the handler, even if the value changes before rendering.
TEST(value, is_read_when_it_is_asked_for) {
    constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    static std::uint64_t number;
    number = largest;
    constexpr auto site = routes(at<"n">(value(number)));
    const auto handler = [&](const request& r) {
        const reply answer = site(r);
        number = 0;
        return answer;
    };
    EXPECT_EQ(core{handler}.said(ask(code::get, "n")), "2.05 ct=0: 18446744073709551615");
}

// Parses text at compile time, because an overflow does not compile.
template <typename T>
constexpr int parsed(const char* text) {
    std::array<byte, 24> copy{};
    std::size_t size = 0;
    for (; text[size] != 0; ++size) copy[size] = static_cast<byte>(text[size]);
    T number{};
    return detail::parse_text(bytes{copy}.first(size), number) ? static_cast<int>(number) : 999;
}
static_assert(parsed<std::int8_t>("-128") == -128 && parsed<std::int8_t>("-129") == 999);
static_assert(parsed<std::int8_t>("127") == 127 && parsed<std::int8_t>("128") == 999);
static_assert(parsed<std::uint8_t>("255") == 255 && parsed<std::uint8_t>("256") == 999);
static_assert(parsed<std::int64_t>("-9223372036854775809") == 999);
static_assert(parsed<std::uint64_t>("18446744073709551616") == 999);
static_assert(parsed<std::int32_t>("2147483648") == 999 && parsed<std::int32_t>("-2147483649") == 999);
static_assert(parsed<bool>("1") == 1 && parsed<bool>("2") == 999 && parsed<bool>("") == 999);

}  // namespace
}  // namespace mincoap
