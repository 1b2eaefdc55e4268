// Text or bytes that outlive the view of them: what is served again and again.
#pragma once

#include <concepts>
#include <type_traits>

#include <mincoap/message/bytes.hpp>

namespace mincoap {
namespace detail {

template <typename T>
concept byte_like = std::convertible_to<const T&, bytes> || std::convertible_to<const T&, std::string_view>;

template <typename T>
inline constexpr bool is_view = std::same_as<T, std::string_view> || std::is_pointer_v<T>;
template <typename T, std::size_t Extent>
inline constexpr bool is_view<std::span<T, Extent>> = true;

// Something that owns text or bytes, and not just a view of them.
template <typename T>
concept byte_owner = byte_like<T> && !is_view<T> && !std::is_array_v<T>;

}  // namespace detail

// What is about to go away is refused where its type tells: an owner that is a temporary, and an array of char that is
// no literal. Of such a buffer that stays, give a std::string_view.
class payload_view {
public:
    constexpr payload_view() = default;
    constexpr payload_view(std::string_view text) : data_(text.data()), size_(text.size()) {}
    constexpr payload_view(bytes data) : data_(data.data()), size_(data.size()) {}
    template <typename T, std::size_t Extent>
        requires std::convertible_to<std::span<T, Extent>, bytes>
    constexpr payload_view(std::span<T, Extent> data) : payload_view(bytes(data)) {}

    // A literal: without the NUL at its end, if there is one; others in it count.
    template <std::size_t N>
    constexpr payload_view(const char (&literal)[N]) : data_(literal), size_(literal[N - 1] == 0 ? N - 1 : N) {}
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
