// A limit on replies to addresses that nobody has confirmed: so many a second, and so many at once after a pause. What
// would draw one more is dropped before a handler sees it, and counted as `limited`.
//
//     server server{socket, site, echo_guard{key}, flood_limit<20, 100>{}};
//
// The guard bounds what one forged datagram sends to the address that it claims to be from; this bounds how many do,
// and what a flood costs here (RFC 7252 §11.3). A reply is a reply: a response, a challenge, a Reset and an
// Acknowledgement take a token each, and silence takes none. What is never answered, such as an Acknowledgement, is
// never dropped here.
//
// Who is confirmed takes no token and is never limited. All others share the tokens: as long as a flood lasts, a client
// gets through if its requests bear an Echo option that it has, or if the guard trusts its network. Without a guard
// nobody is confirmed, and everybody is limited.
//
// The clock that `poll` is given has to run: where it stands still, no token comes back. A pause of whole 49.7 days,
// after which the clock is where it was, counts as none; that is made good in Burst / PerSecond seconds at most.
#pragma once

#include <mincoap/server/layer_checks.hpp>

namespace mincoap {
namespace outcomes {

// Dropped, since too many other unconfirmed addresses were answered.
inline constexpr outcome limited = outcome::named<"limited">();

}  // namespace outcomes

// A token bucket, which is full at the start. It stands inside of the guard, which knows who is confirmed.
template <std::uint32_t PerSecond, std::uint32_t Burst>
class flood_limit {
    static_assert(PerSecond >= 1 && PerSecond <= 1'000'000, "mincoap: 1 to 1,000,000 replies a second");
    static_assert(Burst >= 1 && Burst <= 1'000'000, "mincoap: 1 to 1,000,000 replies at once");

public:
    using once = struct flood_limit_kind;

    template <typename, typename Inside>
    static consteval void check() {
        constexpr bool has_guard_inside = Inside::any([]<typename L>() { return detail::guarding<L>; });
        static_assert(!has_guard_inside,
                      "mincoap: the guard knows who is confirmed, and has to stand in front of flood_limit");
    }

    std::size_t receive(exchange& x, auto next) {
        if (x.from.confirmed || !may_draw_reply(x)) return next(x);
        if (!has_token(x.now_ms())) return next.note(x, outcomes::limited), 0;
        const std::size_t size = next(x);
        if (size != 0) take_token();
        return size;
    }

    // Whether one more reply may be sent.
    constexpr bool has_token(std::uint32_t now_ms) {
        refill(now_ms);
        return missing_ <= capacity - token;
    }

    // One was sent, `has_token` having said that it may be.
    constexpr void take_token() { missing_ += token; }

private:
    // In thousandths of a token, PerSecond of which come back each millisecond: nothing is divided, and nothing lost.
    static constexpr std::uint32_t token = 1000;
    static constexpr std::uint32_t capacity = Burst * token;
    static constexpr std::uint32_t full_after_ms = (capacity + PerSecond - 1) / PerSecond;

    constexpr void refill(std::uint32_t now_ms) {
        const std::uint32_t passed_ms = now_ms - at_ms_;
        at_ms_ = now_ms;
        const std::uint32_t back = passed_ms < full_after_ms ? passed_ms * PerSecond : capacity;
        missing_ = missing_ > back ? missing_ - back : 0;
    }

    std::uint32_t missing_ = 0;  // until it is full
    std::uint32_t at_ms_ = 0;    // when that was so
};

}  // namespace mincoap
