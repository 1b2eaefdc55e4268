// Numbers as text.
#pragma once

#include <array>
#include <concepts>
#include <limits>

#include <mincoap/message/bytes.hpp>

namespace mincoap::detail {

// The decimal digits of a number, at least one.
template <std::unsigned_integral T>
class decimal {
public:
    constexpr explicit decimal(T number) {
        do digits_[--begin_] = static_cast<char>('0' + number % 10);
        while ((number /= 10) != 0);
    }
    constexpr std::string_view view() const { return {digits_.data() + begin_, digits_.size() - begin_}; }

private:
    std::array<char, std::numeric_limits<T>::digits10 + 1> digits_{};
    std::size_t begin_ = digits_.size();
};

}  // namespace mincoap::detail
