// A limit on replies to unconfirmed addresses: a rate per second, and a burst after a pause. A
// message that would draw one reply more is dropped before a handler sees it, and counted as
// `limited`.
//
//     server server{socket, site, echo_guard{key}, flood_limit<20, 100>{}};
//
// The guard bounds how much one forged datagram sends to the address that it claims to be from.
// This layer bounds how many such datagrams are answered, and how much work a flood causes here
// (RFC 7252 §11.3). Each reply takes one token: a response, a challenge, a Reset or an
// Acknowledgement. No token is taken if no reply is sent. A message that never gets an answer, such
// as an Acknowledgement, is never dropped here.
//
// A confirmed client takes no token and is never limited. All others share the tokens. During a
// flood, a client gets through if its requests carry an Echo option that it already has, or if the
// guard trusts its network. Without a guard, no client is confirmed, and all are limited.
//
// The clock that the caller passes to `poll` must advance, or no token comes back. If exactly 49.7
// days (one wrap of the clock) pass, no time seems to have passed. The bucket is full again within
// Burst / PerSecond seconds after that.
#pragma once

#include <mincoap/server/layer_checks.hpp>

namespace mincoap {
namespace outcomes {

// Dropped, because too many other unconfirmed addresses were answered.
inline constexpr outcome limited = outcome::named<"limited">();

}  // namespace outcomes

// A token bucket, which is full at the start. Its place is inside the guard, which knows whether a
// client is confirmed.
template <std::uint32_t PerSecond, std::uint32_t Burst>
class flood_limit {
    static_assert(PerSecond >= 1 && PerSecond <= 1'000'000,
                  "mincoap: flood_limit permits 1 to 1,000,000 replies per second");
    static_assert(Burst >= 1 && Burst <= 1'000'000, "mincoap: flood_limit permits 1 to 1,000,000 replies at once");

public:
    using once = struct flood_limit_kind;

    template <typename, typename Inside>
    static consteval void check() {
        constexpr bool has_guard_inside = Inside::any([]<typename L>() { return detail::guarding<L>; });
        static_assert(!has_guard_inside,
                      "mincoap: list the guard in front of flood_limit: the guard knows which clients are confirmed");
    }

    std::size_t receive(exchange& x, auto next) {
        if (x.from.confirmed || !may_draw_reply(x)) return next(x);
        if (!has_token(x.now_ms())) return next.note(x, outcomes::limited), 0;
        const std::size_t size = next(x);
        if (size != 0) take_token();
        return size;
    }

    // Returns true if one more reply may be sent.
    constexpr bool has_token(std::uint32_t now_ms) {
        refill(now_ms);
        return missing_ <= capacity - token;
    }

    // Takes the token of a reply that was sent. Call it only after `has_token` returned true.
    constexpr void take_token() { missing_ += token; }

private:
    // In thousandths of a token. Each millisecond, PerSecond of them come back, so no division and
    // no rounding is needed.
    static constexpr std::uint32_t token = 1000;
    static constexpr std::uint32_t capacity = Burst * token;
    static constexpr std::uint32_t full_after_ms = (capacity + PerSecond - 1) / PerSecond;

    constexpr void refill(std::uint32_t now_ms) {
        const std::uint32_t passed_ms = now_ms - at_ms_;
        at_ms_ = now_ms;
        const std::uint32_t back = passed_ms < full_after_ms ? passed_ms * PerSecond : capacity;
        missing_ = missing_ > back ? missing_ - back : 0;
    }

    std::uint32_t missing_ = 0;  // in thousandths of a token, until the bucket is full
    std::uint32_t at_ms_ = 0;    // the time of the last refill
};

}  // namespace mincoap
