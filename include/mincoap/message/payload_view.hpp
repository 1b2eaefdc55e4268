// Text or bytes that outlive the view of them: what is served again and again.
#pragma once

#include <concepts>
#include <type_traits>

#include <mincoap/message/bytes.hpp>

namespace mincoap {
namespace detail {

template <typename T>
concept byte_like = std::convertible_to<const T&, bytes> || std::convertible_to<const T&, std::string_view>;

// Something that owns text or bytes, and not just a view of them.
template <typename T>
concept byte_owner = byte_like<T> && !std::same_as<T, std::string_view> && !std::same_as<T, bytes> &&
                     !std::same_as<T, mutable_bytes> && !std::is_pointer_v<T> && !std::is_array_v<T>;

}  // namespace detail

// What is about to go away is refused where its type tells: an owner that is a temporary, and an array of char that is no
// literal. Of such a buffer that stays, give a std::string_view.
class payload_view {
public:
    constexpr payload_view() = default;
    constexpr payload_view(std::string_view text) : data_(text.data()), size_(text.size()) {}
    constexpr payload_view(bytes data) : data_(data.data()), size_(data.size()) {}
    constexpr payload_view(mutable_bytes data) : payload_view(bytes(data)) {}

    // A literal, without the NUL at its end; others in it count.
    template <std::size_t N>
    constexpr payload_view(const char (&literal)[N]) : data_(literal), size_(N - 1) {}
    template <std::size_t N>
    payload_view(char (&array)[N]) = delete;
    template <std::same_as<const char*> Pointer>
    constexpr payload_view(const Pointer& text) : payload_view(std::string_view(text)) {}
    template <std::size_t N>
    constexpr payload_view(const byte (&data)[N]) : data_(data), size_(N) {}

    template <detail::byte_owner Owner>
    constexpr payload_view(const Owner& owner) : data_(owner.data()), size_(owner.size()) {}
    template <detail::byte_owner Owner>
    payload_view(const Owner&& temporary) = delete;

    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    const byte* data() const { return static_cast<const byte*>(data_); }

private:
    const void* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace mincoap
