// Typed values as text/plain: GET reads, PUT writes, and nonsense is answered with 4.00.
//
//     value(led)                     a bool ("0" or "1") or an integer (decimal) that PUT may change
//     value(std::as_const(count))    the same, read only
//     value(read, write)             functions: T read(), and void write(T), or bool write(T) with false for 4.00, or
//                                    code write(T)
//     value(read)                    the same, read only
#pragma once

#include <array>
#include <concepts>
#include <limits>

#include <mincoap/resource/discovery/link.hpp>

namespace mincoap {
namespace detail {

// A decimal number without sign, as its digits alone; up to `max`.
template <std::unsigned_integral T>
constexpr bool parse_unsigned(bytes text, T max, T& number) {
    number = 0;
    for (const byte c : text) {
        const auto digit = static_cast<T>(c - '0');
        if (c < '0' || c > '9' || number > max / 10 || static_cast<T>(max - number * 10) < digit) return false;
        number = static_cast<T>(number * 10 + digit);
    }
    return !text.empty();
}

// Each returns whether the text was a number of that type, and nothing else.
constexpr bool parse_text(bytes text, bool& value) {
    if (text.size() != 1 || (text[0] | 1) != '1') return false;
    value = text[0] == '1';
    return true;
}
template <std::unsigned_integral T>
constexpr bool parse_text(bytes text, T& number) {
    return parse_unsigned(text, std::numeric_limits<T>::max(), number);
}
template <std::signed_integral T>
constexpr bool parse_text(bytes text, T& number) {
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
    to.payload(decimal{static_cast<magnitude>(number < 0 ? magnitude{0} - bits : bits)}.view());
}

inline reply text_content(bool value) { return content(value ? "1" : "0"); }
reply text_content(std::integral auto number) {
    return {code::content, content_format::text_plain, [number](message::writer& to) { write_decimal(number, to); }};
}

struct get_value : method<code::get> {
    static constexpr format_option produces = content_format::text_plain;
    static reply serve(const auto& self, const request&) { return text_content(self.read()); }
};

// Whether the function takes every T as it is. What has no parameter of its own, such as auto, does.
template <typename Write, typename T>
concept writes_whole = std::invocable<const Write&, T> && (requires(const Write& write, T number) {
                           write({number});
                       } || (std::is_class_v<Write> && !requires { &Write::operator(); }));

inline reply written(bool taken) { return taken ? code::changed : code::bad_request; }
inline reply written(code answer) { return answer; }

template <typename T>
struct put_value : method<code::put> {
    static constexpr format_option consumes = content_format::text_plain;
    static reply serve(const auto& self, const request& r) {
        T number{};
        if (!parse_text(r.payload(), number)) return code::bad_request;
        if constexpr (std::is_void_v<decltype(self.write(number))>) return self.write(number), code::changed;
        else return written(self.write(number));
    }
};

// A variable, and functions, read and written alike.
template <typename T>
struct variable {
    T* target;
    T read() const { return *target; }
    void write(T value) const { *target = value; }
};
template <typename T>
struct constant_variable {
    const T* target;
    T read() const { return *target; }
};
template <typename Read>
struct reader {
    Read read;
};
template <typename Read, typename Write>
struct accessors {
    Read read;
    Write write;
};

// Also of what a function gives: a float would be converted, and told as "1".
template <typename T>
constexpr void check_number() {
    static_assert(std::integral<T>,
                  "mincoap: a value is a bool or an integer, or functions that read and write one; for "
                  "others use get(f) or generated(f)");
}

}  // namespace detail

template <typename Access>
struct read_only_value : linkable<read_only_value<Access>>, Access {
    constexpr explicit read_only_value(Access a) : Access(a) {}
    using methods = method_list<detail::get_value>;
};

template <typename T, typename Access>
struct writable_value : linkable<writable_value<T, Access>>, Access {
    constexpr explicit writable_value(Access a) : Access(a) {}
    using methods = method_list<detail::get_value, detail::put_value<T>>;
};

template <std::integral T>
constexpr auto value(T& target) {
    return writable_value<T, detail::variable<T>>{{&target}};
}
template <std::integral T>
constexpr auto value(const T& target) {
    return read_only_value<detail::constant_variable<T>>{{&target}};
}
template <std::integral T>
constexpr auto value(const T&&) = delete;  // it would not outlive the expression

// What is no number: a float, an enum, a text.
template <typename T>
    requires(!std::integral<T> && !std::invocable<T&>)
constexpr auto value(const T&) {
    detail::check_number<T>();
    return read_only_value<detail::constant_variable<bool>>{{nullptr}};  // so that nothing else is said of it
}

template <std::invocable Read>
constexpr auto value(Read read) {
    detail::check_number<std::remove_cvref_t<std::invoke_result_t<Read>>>();
    return read_only_value<detail::reader<Read>>{{read}};
}
template <std::invocable Read, std::invocable<std::invoke_result_t<Read>> Write>
constexpr auto value(Read read, Write write) {
    using type = std::remove_cvref_t<std::invoke_result_t<Read>>;
    using result = std::invoke_result_t<Write, type>;
    detail::check_number<type>();
    static_assert(detail::writes_whole<Write, type>,
                  "mincoap: the function that writes takes what the one that reads gives");
    static_assert(std::is_void_v<result> || std::same_as<result, bool> || std::same_as<result, code>,
                  "mincoap: the function that writes gives nothing, a bool or a code");
    return writable_value<type, detail::accessors<Read, Write>>{{read, write}};
}

}  // namespace mincoap
