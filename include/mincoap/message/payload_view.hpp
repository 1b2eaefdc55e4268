// A view of text or bytes that outlive it, such as a constant that a server sends again and again.
#pragma once

#include <concepts>
#include <type_traits>

#include <mincoap/message/bytes.hpp>

namespace mincoap {

class payload_view;

namespace detail {

// A byte or a character, constant or not, or a reference to one.
template <typename T>
concept octet =
    sizeof(T) == 1 && std::is_integral_v<std::remove_cvref_t<T>> && !std::same_as<std::remove_cvref_t<T>, bool>;

template <typename T>
concept byte_like = std::convertible_to<const T&, bytes> || std::convertible_to<const T&, std::string_view>;

template <typename T>
inline constexpr bool is_view =
    std::is_pointer_v<T> || std::same_as<T, payload_view> || std::ranges::enable_borrowed_range<T>;

// An object that owns text or bytes, unlike a view of them.
template <typename T>
concept byte_owner = !is_view<T> && !std::is_array_v<T> && (byte_like<T> || requires(const T& owner) {
    { *owner.data() } -> octet;
    { owner.size() } -> std::convertible_to<std::size_t>;
});

// A `byte_owner`, or an array that is not a literal. `T` is a reference, or the type of a
// temporary.
template <typename T>
inline constexpr bool is_buffer = byte_owner<std::remove_cvref_t<T>>;
template <octet T, std::size_t Size>
inline constexpr bool is_buffer<T (&)[Size]> = !std::same_as<T, const char>;
template <octet T, std::size_t Size>
inline constexpr bool is_buffer<T[Size]> = !std::same_as<T, const char>;
template <typename T>
concept buffer = is_buffer<T>;

// Each function that would refer to a buffer calls this, so the program does not compile.
template <buffer T>
consteval void refuse_buffer() {
    static_assert(!is_buffer<T>, "mincoap: this object is not copied, so it must outlive its use; if it does, pass a "
                                 "std::string_view or a std::span of it; text_of(...) copies a short text");
}

}  // namespace detail

// Rejects objects that own text or bytes, because their type does not tell how long they live.
// These are strings, vectors, and arrays other than literals. If an object lives long enough, pass
// a std::string_view or a std::span of it.
class payload_view {
public:
    constexpr payload_view() = default;
    constexpr payload_view(std::string_view text [[clang::lifetimebound]]) : data_(text.data()), size_(text.size()) {}
    constexpr payload_view(bytes data [[clang::lifetimebound]]) : data_(data.data()), size_(data.size()) {}
    template <typename T, std::size_t Extent>
        requires std::convertible_to<std::span<T, Extent>, bytes>
    constexpr payload_view(std::span<T, Extent> data [[clang::lifetimebound]]) : payload_view(bytes(data)) {}

    // A literal. A NUL at its end is left out; other NULs count.
    template <std::size_t N>
    constexpr payload_view(const char (&literal [[clang::lifetimebound]])[N])
        : data_(literal), size_(literal[N - 1] == 0 ? N - 1 : N) {}
    template <std::same_as<const char*> Pointer>
    constexpr payload_view(const Pointer& text) : payload_view(std::string_view(text)) {}

    template <detail::buffer Owner>
    constexpr payload_view(Owner&&) {
        detail::refuse_buffer<Owner>();
    }

    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    const byte* data() const { return static_cast<const byte*>(data_); }

private:
    const void* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace mincoap
