// Pieces of a text, without the exceptions of std::string_view::substr, which firmware does not link.
#pragma once

#include <string_view>

namespace firmware {

// The first `count` characters, or all there are.
constexpr std::string_view first(std::string_view all, std::size_t count) {
    return {all.data(), count < all.size() ? count : all.size()};
}

// The text behind the first `count` characters.
constexpr std::string_view behind(std::string_view all, std::size_t count) {
    const std::size_t skipped = first(all, count).size();
    return {all.data() + skipped, all.size() - skipped};
}

// The texts before and after the first occurrence of a character. Without that character, `before` is the whole text
// and `after` is empty.
struct halves {
    std::string_view before, after;
};
constexpr halves split(std::string_view all, char at) {
    const std::size_t end = all.find(at);
    return {first(all, end), end == all.npos ? std::string_view{} : behind(all, end + 1)};
}

}  // namespace firmware
