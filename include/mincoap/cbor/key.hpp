// The keys of a record's members: integers of 32 bits, or texts.
#pragma once

#include <array>
#include <concepts>

#include <mincoap/cbor/reader.hpp>
#include <mincoap/cbor/writer.hpp>

namespace mincoap::cbor {

// A key as a template argument: `field<1>`, `field<-1>`, `field<"name">`.
template <std::size_t Size>
struct key_literal {
    char text[Size + 1]{};
    std::int32_t number;  // for a text, its size
    bool is_text;
    bool is_valid;  // false for an integer beyond 32 bits, and for a text that is not UTF-8

    template <std::integral Number>
    consteval key_literal(Number n)  // NOLINT(*-explicit-*): a literal is meant to convert
        : number(static_cast<std::int32_t>(n)), is_text(false),
          is_valid(static_cast<Number>(number) == n && (number < 0) == (n < 0)) {}

    consteval key_literal(const char (&literal)[Size + 1])  // NOLINT(*-explicit-*): a literal is meant to convert
        : number(static_cast<std::int32_t>(Size)), is_text(true) {
        std::array<byte, Size + 1> encoded{};
        copy_bytes(literal, Size, text);
        copy_bytes(literal, Size, encoded.data());
        is_valid = is_utf8(bytes{encoded}.first(Size));
    }
};
template <std::integral Number>
key_literal(Number) -> key_literal<0>;
template <std::size_t N>
key_literal(const char (&)[N]) -> key_literal<N - 1>;

namespace detail {

// A key at run time.
struct key {
    const char* text;
    std::int32_t number;  // for a text, its size
    bool is_text;         // GCC with sanitizers does not take a comparison of `text` with null for a constant

    constexpr std::string_view view() const { return {text, static_cast<std::size_t>(number)}; }
    constexpr bool matches(std::int32_t n) const { return !is_text && number == n; }
    constexpr bool matches(std::string_view t) const { return is_text && view() == t; }
};

// Compares two keys by their encoded bytes (RFC 8949 §4.2.1). Numbers from 0 upward come first,
// then numbers from -1 downward, then texts, the shorter ones first.
constexpr bool comes_before(const key& a, const key& b) {
    if (a.is_text != b.is_text) return b.is_text;
    if (a.is_text) return a.number != b.number ? a.number < b.number : a.view() < b.view();
    const bool is_negative = a.number < 0;
    if (is_negative != (b.number < 0)) return !is_negative;
    return is_negative ? b.number < a.number : a.number < b.number;
}

// `AreTexts` is false for a record without texts as keys. It does not link the code that writes
// them.
template <bool AreTexts>
constexpr void write_key(writer& to, const key& k) {
    if (AreTexts && k.is_text) return to.text_string(k.view());
    to.integer(k.number);
}

}  // namespace detail
}  // namespace mincoap::cbor
