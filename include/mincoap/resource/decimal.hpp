// Numbers in decimal.
#pragma once

#include <array>
#include <concepts>
#include <limits>

#include <mincoap/message/bytes.hpp>

namespace mincoap::detail {

// The decimal digits of a number, of which there is at least one. It owns them: `view` points into
// this object.
template <std::unsigned_integral T>
class decimal_digits {
public:
    constexpr explicit decimal_digits(T number) {
        do digits_[--begin_] = static_cast<char>('0' + number % 10);
        while ((number /= 10) != 0);
    }
    [[nodiscard]] constexpr std::string_view view() const { return {digits_.data() + begin_, digits_.size() - begin_}; }

private:
    std::array<char, std::numeric_limits<T>::digits10 + 1> digits_{};
    std::size_t begin_ = digits_.size();
};

}  // namespace mincoap::detail
