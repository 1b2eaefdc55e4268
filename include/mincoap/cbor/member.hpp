// Encodes and decodes the members of a record. A member is a bool, an integer, an enum, a float or
// a double, a bounded_text, bounded_bytes, or a bounded_list of bools, numbers or enums.
//
// An enum is encoded as its number. A float or double is decoded from a floating-point number of
// any size. In lenient mode, it is decoded from an integer as well, because some clients write 1.0
// as 1.
#pragma once

#include <bit>
#include <concepts>
#include <limits>
#include <type_traits>

#include <mincoap/cbor/bounded.hpp>
#include <mincoap/cbor/reader.hpp>
#include <mincoap/cbor/writer.hpp>

namespace mincoap::cbor::detail {

// The values that an integer, an enum or each item of a list may have. For a std::uint64_t, both
// numbers hold its bits.
struct range {
    std::int64_t min = 0;
    std::int64_t max = 0;
};

template <typename T>
struct number_of {
    using type = T;
};
template <typename T>
    requires std::is_enum_v<T>
struct number_of<T> : std::underlying_type<T> {};

// A type that has limits: an integer or an enum.
template <typename T>
concept number = std::integral<typename number_of<T>::type> && !std::same_as<typename number_of<T>::type, bool>;

// True for the one type whose values a std::int64_t cannot hold.
template <number T>
inline constexpr bool is_widest = sizeof(T) == 8 && std::is_unsigned_v<typename number_of<T>::type>;

template <number T>
inline constexpr range all_of{static_cast<std::int64_t>(std::numeric_limits<typename number_of<T>::type>::min()),
                              static_cast<std::int64_t>(std::numeric_limits<typename number_of<T>::type>::max())};

// The type that limits apply to. For a list, it is the type of its items.
template <typename Member>
struct item_of {
    using type = Member;
};
template <typename T, std::size_t Capacity>
struct item_of<bounded_list<T, Capacity>> {
    using type = T;
};

template <typename T>
[[nodiscard]] consteval range full_range() {
    if constexpr (number<T>) return all_of<T>;
    else return {};
}

// True if the lower limit is above the upper one.
template <typename T>
[[nodiscard]] consteval bool is_empty(const range& allowed) {
    if constexpr (!number<T>) return false;
    else if constexpr (is_widest<T>)
        return static_cast<std::uint64_t>(allowed.min) > static_cast<std::uint64_t>(allowed.max);
    else return allowed.min > allowed.max;
}

// ---- Writing

// Widens a float by its bits, because a conversion would link its emulation.
constexpr double widened(float value) {
    return std::bit_cast<double>(widened(std::bit_cast<std::uint32_t>(value), single_format));
}
constexpr double widened(double value) { return value; }

constexpr void put(writer& to, std::same_as<bool> auto value) { to.boolean(value); }
constexpr void put(writer& to, std::floating_point auto value) { to.floating_point(widened(value)); }
template <number T>
constexpr void put(writer& to, T value) {
    if constexpr (is_widest<T>) to.unsigned_integer(static_cast<std::uint64_t>(value));
    else to.integer(static_cast<std::int64_t>(value));
}
template <std::size_t Capacity>
constexpr void put(writer& to, const bounded_text<Capacity>& text) {
    to.text_string(text.view());
}
template <std::size_t Capacity>
constexpr void put(writer& to, const bounded_bytes<Capacity>& value) {
    to.byte_string(value.view());
}
template <typename T, std::size_t Capacity>
constexpr void put(writer& to, const bounded_list<T, Capacity>& list) {
    to.array(list.size());
    for (const T item : list) put(to, item);
}

// ---- Reading

template <mode Mode>
constexpr std::uint64_t take_widest(basic_reader<Mode>& in, const range& allowed) {
    const std::uint64_t value = in.unsigned_integer(static_cast<std::uint64_t>(allowed.max));
    if (value < static_cast<std::uint64_t>(allowed.min)) in.refuse();
    return value;
}

constexpr bool is_nan(float value) { return std::bit_cast<std::uint32_t>(value) << 1 > 0xff00'0000; }
constexpr bool is_nan(double value) { return std::bit_cast<std::uint64_t>(value) << 1 > 0xffe0'0000'0000'0000; }
constexpr bool is_infinite(float value) { return std::bit_cast<std::uint32_t>(value) << 1 == 0xff00'0000; }
constexpr bool is_infinite(double value) { return std::bit_cast<std::uint64_t>(value) << 1 == 0xffe0'0000'0000'0000; }

template <mode Mode>
constexpr double take_double(basic_reader<Mode>& in) {
    return Mode == mode::lenient ? in.number() : in.floating_point();
}

// Reads a number and rounds it to the nearest float. A finite number that would become infinite is
// unexpected.
template <mode Mode>
constexpr float take_float(basic_reader<Mode>& in) {
    const double wide = take_double(in);
    const auto value = static_cast<float>(wide);
    if (is_infinite(value) && !is_infinite(wide)) in.refuse();
    return value;
}

// Each of these reads an item into `to`. If the reader fails, `to` has some value of its type.
template <mode Mode>
constexpr void take(basic_reader<Mode>& in, bool& to, const range&) {
    to = in.boolean();
}
template <mode Mode>
constexpr void take(basic_reader<Mode>& in, float& to, const range&) {
    to = take_float(in);
}
template <mode Mode>
constexpr void take(basic_reader<Mode>& in, double& to, const range&) {
    to = take_double(in);
}
template <mode Mode, number T>
constexpr void take(basic_reader<Mode>& in, T& to, const range& allowed) {
    if constexpr (is_widest<T>) to = static_cast<T>(take_widest(in, allowed));
    else to = static_cast<T>(in.integer(allowed.min, allowed.max));
}
template <mode Mode, std::size_t Capacity>
void take(basic_reader<Mode>& in, bounded_text<Capacity>& to, const range&) {
    static_cast<void>(to.assign(in.text_string(Capacity)));  // it fits
}
template <mode Mode, std::size_t Capacity>
constexpr void take(basic_reader<Mode>& in, bounded_bytes<Capacity>& to, const range&) {
    static_cast<void>(to.assign(in.byte_string(Capacity)));  // it fits
}
template <mode Mode, typename T, std::size_t Capacity>
constexpr void take(basic_reader<Mode>& in, bounded_list<T, Capacity>& to, const range& allowed) {
    to.clear();
    auto left = in.array(Capacity);
    while (in.next(left)) {
        T item{};
        take(in, item, allowed);
        static_cast<void>(to.push(item));  // the array has at most `Capacity` items
    }
}

// ---- Comparing

// True if both values have the same encoding. Floats are compared by their bits, except NaNs, which
// all have one encoding.
template <typename T>
constexpr bool is_same(const T& a, const T& b) {
    return a == b;
}
constexpr bool is_same(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) || (is_nan(a) && is_nan(b));
}
constexpr bool is_same(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (is_nan(a) && is_nan(b));
}
template <typename T, std::size_t Capacity>
constexpr bool is_same(const bounded_list<T, Capacity>& a, const bounded_list<T, Capacity>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!is_same(a[i], b[i])) return false;
    return true;
}

// ---- The same for members that are known by their address. A table points to these functions, so
// a program links only those that its members need.

using encoder = void (*)(writer& to, const void* member);
template <mode Mode>
using decoder = void (*)(basic_reader<Mode>& in, void* member, const range& allowed);

template <typename Member>
void encode_member(writer& to, const void* member) {
    put(to, *static_cast<const Member*>(member));
}
template <mode Mode, typename Member>
void decode_member(basic_reader<Mode>& in, void* member, const range& allowed) {
    take(in, *static_cast<Member*>(member), allowed);
}

// Reads the item of a member that is read only. A client may send back the value that it received,
// and no other one.
template <mode Mode, typename Member>
void expect_member(basic_reader<Mode>& in, void* member, const range& allowed) {
    Member given{};
    take(in, given, allowed);
    if (!is_same(given, *static_cast<const Member*>(member))) in.refuse();
}

// The types that a field may have.
template <typename T>
concept member = requires(writer& to, const T& value, basic_reader<mode::lenient>& in, T& read, const range& allowed) {
    put(to, value);
    take(in, read, allowed);
};

}  // namespace mincoap::cbor::detail
