// The latest lines of a log, in memory of a fixed size.
#pragma once

#include <array>
#include <initializer_list>
#include <string_view>

namespace demo {

// Keeps up to `Capacity` characters, line ends included. A new line replaces as many of the oldest
// lines as it needs, as a whole.
template <std::size_t Capacity>
class log_ring {
public:
    // Appends a line, put together from its parts. Returns false, without a change, if it is longer than
    // the ring.
    constexpr bool append(std::initializer_list<std::string_view> parts) {
        std::size_t needed = 1;
        for (const std::string_view part : parts) needed += part.size();
        if (needed > Capacity) return false;

        while (needed > Capacity - size_) drop_oldest_line();
        for (const std::string_view part : parts)
            for (const char c : part) put(c);
        put('\n');
        return true;
    }

    // All lines, the oldest first. They are in two pieces if they wrap around the end of the memory.
    constexpr std::array<std::string_view, 2> pieces() const {
        const std::size_t to_end = Capacity - begin_;
        const std::size_t first = size_ < to_end ? size_ : to_end;
        return {std::string_view{text_.data() + begin_, first}, std::string_view{text_.data(), size_ - first}};
    }

private:
    constexpr void put(char c) { text_[(begin_ + size_++) % Capacity] = c; }

    constexpr char take() {
        const char c = text_[begin_];
        begin_ = (begin_ + 1) % Capacity;
        --size_;
        return c;
    }
    constexpr void drop_oldest_line() {
        while (take() != '\n') {}
    }

    std::array<char, Capacity> text_{};
    std::size_t begin_ = 0;
    std::size_t size_ = 0;
};

}  // namespace demo
