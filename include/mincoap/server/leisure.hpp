// Leisure (RFC 7252 §8.2): the response to a multicast request is sent at a random time within a period, so that the
// members of a group do not all answer at once.
//
//     server server{socket, site, echo_guard{key}, leisure<256>{seed}};
//
// The request is carried out when it comes; its response, of up to `Capacity` bytes, is kept here and sent by a `poll`
// that finds it due. Meanwhile everybody else is served. `server.wait_ms(now_ms)` tells how long the caller may sleep.
//
// One response is kept. Another multicast request is carried out meanwhile, and its response left out, which counts as
// `unsaid`. A response that is larger than `Capacity` is left out, too, as `reply_too_large`; one in blocks has smaller
// ones. A new period starts when the one before has ended at the earliest: a response waits for two of them at most.
//
// The clock that `poll` is given has to run; where it stands still, nothing comes due.
#pragma once

#include <array>

#include <mincoap/assert.hpp>
#include <mincoap/server/hooks.hpp>

namespace mincoap {

// A part of the hooks.
template <std::size_t Capacity = 256>
class leisure {
    static_assert(Capacity >= 16 && Capacity <= 65'535, "mincoap: leisure keeps one response, of 16 to 65,535 bytes");

public:
    // `seed` is another one on each device: a serial number will do, since the numbers drawn from it are no secret and
    // only have to differ. `max_ms` is the length of the period: 5 s where nothing is known of the group
    // (DEFAULT_LEISURE, RFC 7252 §4.8).
    constexpr explicit leisure(std::uint32_t seed, std::uint16_t max_ms = 5000)
        : random_(seed != 0 ? seed * scatter : scatter), max_ms_(max_ms) {}

    static constexpr std::size_t deferred_capacity = Capacity;

    // Whether a response waits.
    constexpr bool has_deferred() const { return size_ != 0; }

    // Keeps a response until it is due. False if there is no room: one waits already, or this one is too large.
    constexpr bool defer(bytes response, const net::path& way, std::uint32_t now_ms) {
        if (size_ != 0 || response.size() > Capacity) return false;
        const std::uint32_t until_start_ms = left_ms(period_ms_, now_ms);
        since_ms_ = now_ms;
        period_ms_ = until_start_ms + max_ms_;
        delay_ms_ = until_start_ms + random_ms();
        copy_bytes(response.data(), response.size(), storage_.data());
        size_ = response.size();
        way_ = way;
        return true;
    }

    // Moves the response into the buffer if it is due. Returns its size; 0 if there is none to send now.
    constexpr std::size_t take_deferred(mutable_bytes buffer, net::path& way, std::uint32_t now_ms) {
        if (deferred_wait_ms(now_ms) != 0) return 0;
        const std::size_t size = size_;
        MINCOAP_ASSERT(size <= buffer.size());
        copy_bytes(storage_.data(), size, buffer.data());
        way = way_;
        size_ = 0;
        return size;
    }

    // For how long there is nothing to send.
    constexpr std::uint32_t deferred_wait_ms(std::uint32_t now_ms) const {
        return size_ == 0 ? detail::longest_wait_ms : left_ms(delay_ms_, now_ms);
    }

private:
    // Odd, so that no two seeds become one, and large, so that small ones become far apart (2^32 / golden ratio).
    static constexpr std::uint32_t scatter = 0x9e37'79b1;

    // What is left of a time that began when the response came; no comparison of moments, which would go wrong once a
    // clock has wrapped around.
    constexpr std::uint32_t left_ms(std::uint32_t whole_ms, std::uint32_t now_ms) const {
        const std::uint32_t passed_ms = now_ms - since_ms_;
        return passed_ms < whole_ms ? whole_ms - passed_ms : 0;
    }

    // From 0 to the maximum, by xorshift32 (Marsaglia, "Xorshift RNGs", 2003).
    constexpr std::uint32_t random_ms() {
        random_ ^= random_ << 13;
        random_ ^= random_ >> 17;
        random_ ^= random_ << 5;
        return (random_ >> 16) * (max_ms_ + 1U) >> 16;
    }

    std::uint32_t random_;
    std::uint16_t max_ms_;
    std::uint32_t since_ms_ = 0;   // when the last response was kept
    std::uint32_t period_ms_ = 0;  // from then to the end of its period
    std::uint32_t delay_ms_ = 0;   // from then until it is due
    std::size_t size_ = 0;
    net::path way_{};
    std::array<byte, Capacity> storage_{};
};

}  // namespace mincoap
