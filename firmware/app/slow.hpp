// Requests that the board's alarm answers. The alarm's interrupt only sets a flag. The main loop
// sees the flag and completes the request, because an interrupt handler must not call the server.
#pragma once

#include <array>

#include <mincoap/handler/reply.hpp>

#include "board.hpp"

namespace firmware {

// Keeps up to `Count` tickets in the order of their requests. The layer `separate<Count>` lets no
// more of them in.
template <std::size_t Count>
class slow_requests {
public:
    static constexpr std::uint32_t delay_ms = 1500;

    // Adds a request, which is answered `delay_ms` after `now_ms`. For the function of `later`.
    void add(mincoap::ticket ticket, std::uint32_t now_ms) {
        requests_[added_++ % Count] = {ticket, now_ms + delay_ms};
        if (added_ - completed_ == 1) board::set_alarm(delay_ms);
    }

    // Completes the oldest request if the alarm has rung, and sets the alarm for the next one. For
    // the main loop.
    void complete(auto& server, std::uint32_t now_ms) {
        if (!board::alarm_rang()) return;
        server.complete(requests_[completed_++ % Count].ticket, mincoap::content("That took 1.5 s"));
        if (added_ == completed_) return;
        const std::uint32_t left_ms = requests_[completed_ % Count].due_ms - now_ms;
        board::set_alarm(left_ms - 1 < delay_ms ? left_ms : 1);  // 1 if it is due
    }

private:
    struct slow_request {
        mincoap::ticket ticket;
        std::uint32_t due_ms;
    };

    std::array<slow_request, Count> requests_{};
    std::uint32_t added_ = 0, completed_ = 0;
};

}  // namespace firmware
