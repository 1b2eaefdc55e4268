// The types of bytes and of spans of bytes that all of mincoap uses.
#pragma once

#if __cplusplus <= 202002L
#error "mincoap: this library is C++23: compile it with -std=c++23 (GCC 12 or Clang 19, or a later one)"
#include "mincoap: nothing more is said, since all of it would follow from that"
#endif

// Clang warns of dangling references by an attribute that GCC does not know.
#ifndef __clang__
#pragma GCC diagnostic ignored_attributes "clang::lifetimebound"
#endif

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace mincoap {

using byte = std::uint8_t;
using bytes = std::span<const byte>;
using mutable_bytes = std::span<byte>;

// True if the program is compiled for size. A loop is then smaller than a call and the libc
// function that it links.
#ifdef __OPTIMIZE_SIZE__
inline constexpr bool compiled_for_size = true;
#else
inline constexpr bool compiled_for_size = false;
#endif

// Copies `count` bytes or characters, also in constant expressions. The ranges must not overlap.
template <typename From, typename To>
    requires(sizeof(From) == 1 && sizeof(To) == 1)
constexpr void copy_bytes(const From* from, std::size_t count, To* to) {
    if (compiled_for_size || std::is_constant_evaluated()) {
        for (; count != 0; --count) *to++ = static_cast<To>(*from++);
    } else {
        // memcpy from a null pointer is undefined even for 0 bytes.
        if (count != 0) __builtin_memcpy(to, from, count);  // NOLINT(clang-analyzer-unix.cstring.NullArg)
    }
}

// Copies `count` bytes towards the beginning of a buffer. The ranges may overlap; `to` is before
// `from`.
constexpr void move_down(const byte* from, std::size_t count, byte* to) {
    if (compiled_for_size || std::is_constant_evaluated())
        for (; count != 0; --count) *to++ = *from++;
    else if (count != 0) __builtin_memmove(to, from, count);
}

// Copies `count` bytes towards the end of a buffer. The ranges may overlap; `to` is behind `from`.
constexpr void move_up(const byte* from, std::size_t count, byte* to) {
    if (compiled_for_size || std::is_constant_evaluated())
        while (count-- != 0) to[count] = from[count];
    else if (count != 0) __builtin_memmove(to, from, count);
}

// Returns true if two ranges of `count` bytes or characters are equal. Neither pointer is null.
template <typename A, typename B>
    requires(sizeof(A) == 1 && sizeof(B) == 1)
constexpr bool equal_bytes(const A* a, const B* b, std::size_t count) {
    if (compiled_for_size || std::is_constant_evaluated()) {
        for (; count != 0; --count)
            if (static_cast<byte>(*a++) != static_cast<byte>(*b++)) return false;
        return true;
    }
    return __builtin_memcmp(a, b, count) == 0;
}

// Returns the bytes as characters. Text in CoAP is UTF-8; this function does not check it.
inline std::string_view as_text(bytes value) { return {reinterpret_cast<const char*>(value.data()), value.size()}; }

}  // namespace mincoap
