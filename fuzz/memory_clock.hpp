// A virtual clock, which goes on from one time when the server has something to do to the next.
#pragma once

#include "memory_wire.hpp"
#include "require.hpp"

namespace mincoap::fuzz {

// 1 ms to 8 days, by a byte.
inline time_ms duration(unsigned b) {
    constexpr time_ms units[] = {1, 50, 500, 1000, 3000, 31'000, 3'600'000, 86'400'000};
    return units[b >> 5] * (1 + ((b & 31) & (b >= 0xe0 ? 7 : 31)));
}

// The base of a run, which has `poll()`, `start_ms_`, `server_`, `wire_`, and an `oracle_` with `now` and `rest()`.
template <typename Run>
class clockwork {
protected:
    void pass(time_ms ms) {
        const time_ms end = now() + ms;
        for (;;) {
            rest();
            if (now() >= end) return;
            const time_ms idle = std::max<time_ms>(run().server_.idle_ms(now_ms()), 1);
            const time_ms next = std::min(now() + idle, end);
            look_early(next);
            now() = next;
        }
    }
    // Polls until there is nothing to do.
    void rest() {
        for (unsigned polls = 0;; ++polls) {
            require(polls < 1000);  // otherwise the program never sleeps
            const poll_result became = run().poll();
            if (became == poll_result::blocked) return;
            if (became == poll_result::idle && run().server_.idle_ms(now_ms()) != 0) break;
        }
        run().oracle_.rest();
    }
    std::uint32_t now_ms() { return static_cast<std::uint32_t>(now() + run().start_ms_); }

private:
    Run& run() { return static_cast<Run&>(*this); }
    time_ms& now() { return run().oracle_.now; }

    // Before the time that `idle_ms` tells, there is nothing to send.
    void look_early(time_ms next) {
        if (next - now() < 2 || run().server_.is_blocked()) return;
        now() += (next - now()) / 2;
        const poll_result became = run().poll();
        require(became == poll_result::idle && !run().wire_.made);
    }
};

}  // namespace mincoap::fuzz
