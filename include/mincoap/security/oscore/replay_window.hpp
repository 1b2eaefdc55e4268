// The replay window of a Recipient Context (RFC 8613 §7.4), as in DTLS: the highest number that was
// accepted, and which of the 31 numbers below it were.
#pragma once

#include <mincoap/message/bytes.hpp>

namespace mincoap::security::oscore {

// All bytes zero: no number was accepted.
class replay_window {
public:
    static constexpr unsigned size = 32;

    // Returns true if the number was not accepted before, as far as the window knows: numbers below
    // it count as accepted.
    [[nodiscard]] constexpr bool is_new(std::uint64_t number) const {
        if (number > top_) return true;
        const std::uint64_t age = top_ - number;
        return age < size && (seen_ >> static_cast<unsigned>(age) & 1) == 0;
    }

    // Accepts a new number. Call it once the message has turned out to be authentic.
    constexpr void accept(std::uint64_t number) {
        if (number > top_) {
            const std::uint64_t ahead = number - top_;
            seen_ = ahead < size ? seen_ << static_cast<unsigned>(ahead) : 0;
            top_ = number;
        }
        seen_ |= std::uint32_t{1} << static_cast<unsigned>(top_ - number);
    }

    // Accepts the number, and none below it from now on (§B.1.2).
    constexpr void start_at(std::uint64_t number) {
        top_ = number;
        seen_ = ~std::uint32_t{0};
    }

    // Forgets all numbers. An assignment of {} takes 20 bytes more on Cortex-M0+.
    constexpr void clear() {
        top_ = 0;
        seen_ = 0;
    }

    friend constexpr bool operator==(const replay_window&, const replay_window&) = default;

private:
    std::uint64_t top_ = 0;
    std::uint32_t seen_ = 0;  // bit n: top_ - n was accepted
};

}  // namespace mincoap::security::oscore
