// Bools ("0" or "1") and integers (decimal) as text/plain. GET reads the value and PUT writes it. A
// text that is not a value of the type is answered with 4.00.
//
//     value(led)                     a variable
//     value(std::as_const(count))    the same, read only
//     value(read, write)             functions: T read(), and void, bool or code write(T)
//     value(read)                    the same, read only
#pragma once

#include <array>
#include <concepts>
#include <limits>

#include <mincoap/resource/decimal.hpp>
#include <mincoap/resource/resource.hpp>
#include <mincoap/resource/source.hpp>

namespace mincoap {
namespace detail {

// Reads a text that consists of decimal digits alone. Returns false if it does not, or if the
// number is above `max`.
template <std::unsigned_integral T>
[[nodiscard]] constexpr bool parse_unsigned(bytes text, T max, T& number) {
    number = 0;
    for (const byte c : text) {
        const auto digit = static_cast<T>(c - '0');
        if (c < '0' || c > '9' || number > max / 10 || static_cast<T>(max - number * 10) < digit) return false;
        number = static_cast<T>(number * 10 + digit);
    }
    return !text.empty();
}

// Each of these reads a text that consists of one value of the type. Returns false for any other
// text.
[[nodiscard]] constexpr bool parse_text(bytes text, bool& value) {
    if (text.size() != 1 || (text[0] | 1) != '1') return false;
    value = text[0] == '1';
    return true;
}
template <std::unsigned_integral T>
[[nodiscard]] constexpr bool parse_text(bytes text, T& number) {
    return parse_unsigned(text, std::numeric_limits<T>::max(), number);
}
template <std::signed_integral T>
[[nodiscard]] constexpr bool parse_text(bytes text, T& number) {
    using magnitude = std::make_unsigned_t<T>;
    const bool negative = !text.empty() && text[0] == '-';
    const auto max = static_cast<magnitude>(static_cast<magnitude>(std::numeric_limits<T>::max()) + negative);
    magnitude size{};
    if (!parse_unsigned(negative ? text.subspan(1) : text, max, size)) return false;
    number = static_cast<T>(negative ? magnitude{0} - size : size);
    return true;
}

template <std::integral T>
void write_decimal(T number, message::writer& to) {
    using magnitude = std::make_unsigned_t<T>;
    const auto bits = static_cast<magnitude>(number);
    if (number < 0) to.payload(std::string_view{"-"});
    to.payload(decimal_digits{static_cast<magnitude>(number < 0 ? magnitude{0} - bits : bits)}.view());
}

inline reply text_content(bool value) { return content(value ? "1" : "0"); }
reply text_content(std::integral auto number) {
    return {code::content, content_format::text_plain, [number](message::writer& to) { write_decimal(number, to); }};
}

struct get_value : method<code::get> {
    static constexpr format_option produces = content_format::text_plain;
    static reply serve(const auto& self, const request&) { return text_content(self.read()); }
};

struct put_value : method<code::put> {
    static constexpr format_option consumes = content_format::text_plain;

    template <typename Self>
    static reply serve(const Self& self, const request& r) {
        value_type_of<Self> value{};
        if (!parse_text(r.payload(), value)) return code::bad_request;
        return self.write(value, code::bad_request);
    }
};

template <bool IsWritable>
using value_methods = std::conditional_t<IsWritable, method_list<get_value, put_value>, method_list<get_value>>;

}  // namespace detail

// Made by `value`.
template <typename Source>
struct value_resource : Source {
    static_assert(std::is_integral_v<detail::value_type_of<Source>>,
                  "mincoap: value takes a bool or an integer, or a function that returns one; for other types use "
                  "get(f) or generated(f)");

    constexpr explicit value_resource(Source from) : Source(from) {}

    using methods = detail::value_methods<detail::writable_source<Source>>;
};

// Makes a resource of a variable, which must outlive the site, or of a function that reads.
// Functions are copied. GET answers 2.05 with the value as text. If the variable is not const, PUT
// changes it.
[[nodiscard]] constexpr auto value(auto&& variable_or_read) {
    return value_resource{detail::source_of(std::forward<decltype(variable_or_read)>(variable_or_read))};
}

// Makes a resource of two functions, which are copied. `write` is called with values of the type
// that `read` returns. It returns void, a bool (false: 4.00) or the code of the response.
[[nodiscard]] constexpr auto value(auto read, auto write) { return value_resource{detail::source_of(read, write)}; }

}  // namespace mincoap
