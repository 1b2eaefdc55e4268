// The sources of a resource's value: a variable, a constant, a function that reads it, or two
// functions that read and write it. `value`, `record` and `senml` share these sources.
//
// Each source has `read()`. A source that clients may change also has `write(value, refused)`. It
// returns the code of the response, which is `refused` if the application rejects the value without
// naming a code.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <mincoap/message/code.hpp>

namespace mincoap::detail {

// ---- Functions of the application

// Passes a new value to a function that may return void, bool or code. Returns the code of the
// response: 2.04 for void and true, `refused` for false, and otherwise the function's own code.
template <typename Write, typename T>
[[nodiscard]] code call_write(const Write& write, const T& value, code refused) {
    using result = std::invoke_result_t<const Write&, const T&>;
    if constexpr (std::is_void_v<result>) return write(value), code::changed;
    else if constexpr (std::same_as<result, bool>) return write(value) ? code::changed : refused;
    else return write(value);
}

// A function, a pointer to one, or a lambda that is not generic.
template <typename T>
concept function_like = std::is_function_v<std::remove_pointer_t<T>> || requires { &T::operator(); };

// A generic lambda deduces its parameter, which then has the type of the value.
template <typename Write>
concept generic_function = std::is_class_v<Write> && !function_like<Write>;

// True if the parameter of `write` holds every T. The braces reject a conversion that could lose
// bits.
template <typename Write, typename T>
concept takes_every = generic_function<Write> || requires(const Write& write, const T& value) { write({value}); };

// Checks a function that writes, where the resource is made, so that the compiler names the mistake
// there.
template <typename Write, typename T>
consteval void check_write_function() {
    constexpr bool is_callable = std::invocable<const Write&, const T&>;
    static_assert(is_callable, "mincoap: a function that writes takes one parameter, the new value or a reference to "
                               "const, and is not mutable");
    if constexpr (is_callable) {
        using result = std::invoke_result_t<const Write&, const T&>;
        static_assert(!std::integral<T> || takes_every<Write, T>,
                      "mincoap: the function that writes would lose bits of the value; give its parameter the type "
                      "that the function that reads returns");
        static_assert(std::is_void_v<result> || std::same_as<result, bool> || std::same_as<result, code>,
                      "mincoap: a function that writes returns void, bool or code");
    }
}

// ---- Sources

template <typename T>
struct constant_source {
    const T* target;
    constexpr const T& read() const { return *target; }
};

template <typename T>
struct variable_source {
    T* target;
    constexpr const T& read() const { return *target; }
    code write(const std::remove_cv_t<T>& value, code) const { return *target = value, code::changed; }
};

// A variable that changes only if `check`, which sees the new value first, does not return an
// error.
template <typename T, typename Check>
struct checked_source {
    T* target;
    Check check;
    constexpr const T& read() const { return *target; }
    code write(const T& value, code refused) const {
        const code answer = call_write(check, value, refused);
        if (!is_error(answer)) *target = value;
        return answer;
    }
};

template <typename Read>
struct reader_source {
    Read read;
};

template <typename Read, typename Write>
struct reader_writer_source {
    Read read;
    Write function;
    code write(const auto& value, code refused) const { return call_write(function, value, refused); }
};

// The type of the value, without const and reference.
template <typename Source>
using value_type_of = std::remove_cvref_t<decltype(std::declval<const Source&>().read())>;

template <typename Source>
concept writable_source =
    requires(const Source& source, const value_type_of<Source>& value) { source.write(value, code::bad_request); };

// ---- Making a source of the arguments of `value`, `record` and `senml`

// A variable, which must outlive the site, or a function that reads, which is copied.
template <typename Given>
[[nodiscard]] constexpr auto source_of(Given&& given) {
    using type = std::remove_reference_t<Given>;
    if constexpr (std::invocable<const type&>) {
        return reader_source<std::decay_t<Given>>{std::forward<Given>(given)};
    } else {
        static_assert(!function_like<type>, "mincoap: a function that reads takes no parameters and is not mutable");
        static_assert(function_like<type> || std::is_lvalue_reference_v<Given>,
                      "mincoap: this is a temporary, which does not outlive the site; pass a variable, or a function "
                      "that returns the value");
        if constexpr (std::is_const_v<type>) return constant_source<std::remove_const_t<type>>{&given};
        else return variable_source<type>{&given};
    }
}

// A function that reads and one that writes. Both are copied.
template <typename Read, typename Write>
[[nodiscard]] constexpr auto source_of(Read read, Write write) {
    constexpr bool reads = std::invocable<const Read&>;
    static_assert(reads, "mincoap: the first function reads the value; it takes no parameters and is not mutable");
    if constexpr (reads) check_write_function<Write, std::remove_cvref_t<std::invoke_result_t<const Read&>>>();
    return reader_writer_source<Read, Write>{read, write};
}

}  // namespace mincoap::detail
