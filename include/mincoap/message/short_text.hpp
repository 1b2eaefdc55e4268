// A short text that owns its characters. A handler computes it, and the reply keeps a copy.
//
//     return content(text_of(21.5, 1));                       // "21.5"
//     return content(text_of(215, scale<1>));                 // "21.5", of tenths, without floating point
//     return content(text_of("motor ").add(number));          // "motor 7"
#pragma once

#include <concepts>
#include <type_traits>

#include <mincoap/message/bytes.hpp>

namespace mincoap {

// Passed after an integer: the number of its digits that are decimals.
template <unsigned Decimals>
struct scale_type {
    static_assert(Decimals <= 18, "mincoap: a number has at most 18 decimals");
};
template <unsigned Decimals>
inline constexpr scale_type<Decimals> scale{};

namespace detail {

template <typename T>
concept text_character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                         std::same_as<T, char16_t> || std::same_as<T, char32_t>;
template <typename T>
concept text_integer = std::integral<T> && !text_character<T> && sizeof(T) <= sizeof(std::uint64_t);
template <typename T>
concept text_float = std::same_as<T, float> || std::same_as<T, double>;

}  // namespace detail

// Up to `capacity` bytes of UTF-8. If an addition does not fit, or is not a number (NaN), the text
// fails for good. It is never cut or replaced. A reply with a failed text becomes a 5.00; a reply
// that is an error loses its explanation.
class short_text {
public:
    static constexpr std::size_t capacity = 23;

    constexpr short_text() = default;
    constexpr explicit short_text(std::string_view text) { add(text); }

    constexpr short_text& add(std::string_view text) {
        if (grow(text.size())) copy_bytes(text.data(), text.size(), characters_ + size_ - text.size());
        return *this;
    }

    // Adds an integer in decimal, or a bool as 0 or 1.
    template <detail::text_integer T>
    constexpr short_text& add(T number) {
        return add_number(number, 0);
    }
    // Adds an integer of tenths, hundredths and so on: `add(-5, scale<2>)` adds "-0.05".
    template <detail::text_integer T, unsigned Decimals>
    constexpr short_text& add(T number, scale_type<Decimals>) {
        return add_number(number, Decimals);
    }

    // Adds a floating-point number, rounded to `count` decimals, 0 to 9. Without its point, the
    // number must be below 10^18.
    template <detail::text_float T, std::integral Count>
    constexpr short_text& add(T number, Count count) {
        const auto decimals = static_cast<unsigned>(count);
        T magnitude = number < 0 ? -number : number;
        for (unsigned i = 0; i < decimals && i < 9; ++i) magnitude *= 10;
        if (!(magnitude < T{1e18F}) || decimals > 9) return fail(), *this;  // NaN, too
        return add_digits(number < 0, static_cast<std::uint64_t>(magnitude + T{0.5F}), decimals);
    }
    template <detail::text_float T>
    constexpr short_text& add(T) {
        static_assert(!detail::text_float<T>, "mincoap: say how many decimals: text_of(21.5, 1)");
        return *this;
    }

    constexpr bool failed() const { return size_ > capacity; }

    // Valid as long as this object. Empty if the text has failed.
    constexpr std::string_view view() const { return {characters_, failed() ? 0U : size_}; }
    constexpr const char* data() const { return characters_; }
    constexpr std::size_t size() const { return view().size(); }

private:
    constexpr void fail() { size_ = capacity + 1; }

    // Makes room for `count` more characters, or fails if there is not enough.
    constexpr bool grow(std::size_t count) {
        if (failed() || count > capacity - size_) return fail(), false;
        size_ = static_cast<byte>(size_ + count);
        return true;
    }

    template <typename T>
    constexpr short_text& add_number(T number, unsigned decimals) {
        using magnitude = std::conditional_t<(sizeof(T) > 4), std::uint64_t, std::uint32_t>;
        const auto bits = static_cast<magnitude>(number);
        const bool negative = number < T{};
        return add_digits(negative, negative ? magnitude{0} - bits : bits, decimals);
    }

    // Zero has no sign.
    template <typename Magnitude>
    constexpr short_text& add_digits(bool negative, Magnitude number, unsigned decimals) {
        unsigned digits = 1;
        for (Magnitude rest = number / 10; rest != 0 || digits <= decimals; rest /= 10) ++digits;
        negative = negative && number != 0;
        const unsigned count = digits + (negative ? 1 : 0) + (decimals != 0 ? 1 : 0);
        if (!grow(count)) return *this;
        char* at = characters_ + size_;
        if (negative) characters_[size_ - count] = '-';
        for (unsigned i = 0; i < digits; ++i, number /= 10) {
            if (i == decimals && i != 0) *--at = '.';
            *--at = static_cast<char>('0' + number % 10);
        }
        return *this;
    }

    char characters_[capacity]{};
    byte size_ = 0;  // above the capacity if the text has failed
};

static_assert(sizeof(short_text) == 24 && std::is_trivially_copyable_v<short_text>);

// Returns a short text that is made from a text or a number; see `short_text::add`.
constexpr short_text text_of(const auto&... what) { return short_text{}.add(what...); }

}  // namespace mincoap
