// Lists, texts and byte strings of a bounded length, stored in place. The members of a record have
// these types.
//
//     bounded_list<std::uint32_t, 4> times{60, 120};
//     bounded_text<16> name{"lamp"};      // up to 16 bytes of UTF-8
//     bounded_bytes<8> key;               // a byte string; bounded_list<byte, 8> is a list of numbers
//
// They are plain values, compared by their contents. A literal that does not fit does not compile.
// Other contents that do not fit are rejected: `push` and `assign` return false and change nothing.
#pragma once

#include <array>
#include <initializer_list>
#include <type_traits>

#include <mincoap/assert.hpp>
#include <mincoap/message/bytes.hpp>

namespace mincoap::cbor {

namespace detail {
inline void a_list_is_longer_than_its_capacity() { MINCOAP_ASSERT(false); }
}  // namespace detail

template <typename T, std::size_t Capacity>
class bounded_list {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>,
                  "mincoap: a list holds numbers, bools or enums, and no texts or structs");
    static_assert(Capacity > 0 && Capacity <= 0xffff, "mincoap: a bounded length is from 1 to 65535");

public:
    constexpr bounded_list() = default;

    consteval bounded_list(std::initializer_list<T> items) {
        for (const T item : items)
            if (!push(item)) detail::a_list_is_longer_than_its_capacity();
    }

    static constexpr std::size_t capacity() { return Capacity; }
    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr std::span<const T> view() const { return {items_.data(), size_}; }
    constexpr const T* begin() const { return items_.data(); }
    constexpr const T* end() const { return begin() + size_; }
    constexpr const T& operator[](std::size_t i) const { return items_[i]; }  // i < size()

    constexpr void clear() { size_ = 0; }
    [[nodiscard]] constexpr bool push(T item) {
        if (size_ == Capacity) return false;
        items_[size_++] = item;
        return true;
    }
    [[nodiscard]] constexpr bool assign(std::span<const T> items) {
        if (items.size() > Capacity) return false;
        if constexpr (sizeof(T) == 1) copy_bytes(items.data(), items.size(), items_.data());
        else
            for (std::size_t i = 0; i < items.size(); ++i) items_[i] = items[i];
        size_ = static_cast<size_type>(items.size());
        return true;
    }

    constexpr bool operator==(const bounded_list& other) const {
        if (size_ != other.size_) return false;
        for (std::size_t i = 0; i < size_; ++i)
            if (items_[i] != other.items_[i]) return false;
        return true;
    }

private:
    using size_type = std::conditional_t<(Capacity < 0x100), std::uint8_t, std::uint16_t>;

    std::array<T, Capacity> items_{};
    size_type size_ = 0;
};

template <std::size_t Capacity>
class bounded_bytes {
public:
    constexpr bounded_bytes() = default;

    static constexpr std::size_t capacity() { return Capacity; }
    constexpr std::size_t size() const { return items_.size(); }
    constexpr bool empty() const { return items_.empty(); }
    constexpr bytes view() const { return items_.view(); }

    constexpr void clear() { items_.clear(); }
    [[nodiscard]] constexpr bool assign(bytes value) { return items_.assign(value); }

    constexpr bool operator==(const bounded_bytes&) const = default;

private:
    bounded_list<byte, Capacity> items_;
};

// A text in UTF-8. A record checks the texts that it decodes. The caller of `assign` must check its
// own.
template <std::size_t Capacity>
class bounded_text {
public:
    constexpr bounded_text() = default;

    template <std::size_t N>
        requires(N - 1 <= Capacity)
    consteval bounded_text(const char (&literal)[N]) {  // NOLINT(*-explicit-*): it is the same thing
        static_cast<void>(items_.assign({literal, N - 1}));
    }

    static constexpr std::size_t capacity() { return Capacity; }
    constexpr std::size_t size() const { return items_.size(); }
    constexpr bool empty() const { return items_.empty(); }
    constexpr std::string_view view() const { return {items_.begin(), items_.size()}; }

    constexpr void clear() { items_.clear(); }
    [[nodiscard]] constexpr bool assign(std::string_view text) { return items_.assign({text.data(), text.size()}); }

    constexpr bool operator==(const bounded_text&) const = default;

private:
    bounded_list<char, Capacity> items_;
};

}  // namespace mincoap::cbor

namespace mincoap {
using cbor::bounded_bytes;
using cbor::bounded_list;
using cbor::bounded_text;
}  // namespace mincoap
