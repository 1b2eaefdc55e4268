// Leisure (RFC 7252 §8.2): sends the response to a multicast request at a random time within a
// period, so the members of a group do not all answer at once.
//
//     server server{socket, site, echo_guard{key}, leisure<256>{seed}};
//
// The request runs when it comes. Its response, of up to `Capacity` bytes, is kept here and sent by
// a `poll` that finds it due. Meanwhile the server serves other requests. `server.idle_ms(now_ms)`
// returns how long the caller may sleep.
//
// One response is kept. Another multicast request meanwhile runs, but its response is dropped and
// counted as `unsaid`. A response larger than `Capacity` is dropped, too, as `reply_too_large`; a
// response in blocks shrinks instead. A new period never starts before the previous one ends, so a
// response waits at most two periods.
//
// The clock that the caller passes to `poll` must advance, or no response becomes due.
#pragma once

#include <array>

#include <mincoap/assert.hpp>
#include <mincoap/server/layer.hpp>

namespace mincoap {

template <std::size_t Capacity = 256>
class leisure {
    static_assert(Capacity >= 16 && Capacity <= 65'535, "mincoap: leisure keeps one response, of 16 to 65,535 bytes");

public:
    //   seed     should differ between devices. A serial number will do: the numbers drawn from it
    //            only have to differ, and are no secret.
    //   max_ms   the length of the period in milliseconds; 5 s if the group's leisure is unknown
    //            (DEFAULT_LEISURE, RFC 7252 §4.8)
    constexpr explicit leisure(std::uint32_t seed, std::uint16_t max_ms = 5000)
        : random_(seed != 0 ? seed * scatter : scatter), max_ms_(max_ms) {}

    using once = struct leisure_kind;

    std::size_t receive(exchange& x, auto next) {
        if (!x.from.multicast) return next(x);
        x.limit_to(Capacity);
        const std::size_t size = next(x);
        if (size != 0 && !keep({x.header(), size}, x.from.route, x.now_ms())) next.note(x, outcomes::unsaid);
        return 0;
    }

    // Runs a request while a response waits, and drops its response.
    reply serve(exchange& x, const request& r, auto next) {
        const reply answer = next(r);
        return x.from.multicast && size_ != 0 ? reply::nothing() : answer;
    }

    std::size_t emit(exchange& x, auto next) { return idle_ms(x.now_ms()) == 0 ? take(x) : next.emit(x); }
    std::uint32_t idle_ms(std::uint32_t now_ms, const auto& /*all*/) const { return idle_ms(now_ms); }

private:
    // Keeps a response until it is due. Returns false if one already waits, or if an inner layer
    // has exceeded the limit.
    bool keep(bytes response, const net::route& route, std::uint32_t now_ms) {
        if (size_ != 0 || response.size() > Capacity) return false;
        const std::uint32_t until_start_ms = left_ms(period_ms_, since_ms_, now_ms);
        since_ms_ = now_ms;
        period_ms_ = until_start_ms + max_ms_;
        delay_ms_ = until_start_ms + random_ms();
        copy_bytes(response.data(), response.size(), storage_.data());
        size_ = response.size();
        route_ = route;
        return true;
    }

    // Moves the response into the buffer. Returns its size in bytes.
    std::size_t take(exchange& x) {
        const std::size_t size = size_;
        MINCOAP_ASSERT(size <= x.buffer.size());
        copy_bytes(storage_.data(), size, x.header());
        x.from.route = route_;
        size_ = 0;
        return size;
    }

    // Returns for how many milliseconds there is no response to send.
    std::uint32_t idle_ms(std::uint32_t now_ms) const {
        return size_ == 0 ? forever_ms : left_ms(delay_ms_, since_ms_, now_ms);
    }

    // Odd, so no two seeds become the same number. Large, so small seeds become numbers far apart
    // (2^32 / golden ratio).
    static constexpr std::uint32_t scatter = 0x9e37'79b1;

    // Returns a time from 0 to the maximum, by xorshift32 (Marsaglia, "Xorshift RNGs", 2003).
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
    net::route route_{};
    std::array<byte, Capacity> storage_{};
};

}  // namespace mincoap
