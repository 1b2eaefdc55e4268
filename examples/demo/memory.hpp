// The demo's layers with memory.
#pragma once

#include <algorithm>

#include <mincoap/mincoap.hpp>

#include "demo_site.hpp"

namespace demo {

// The layers with memory, and what the main loop does for them. The answers of `deduplicate` are
// enough for clients that POST 100 times a second and send again within 10 s. Its entries hold whole
// messages: a client with keys gets a block again if the answer was lost.
struct memory {
    static constexpr std::uint32_t second_ms = 1000;

    mincoap::deduplicate<1024, mincoap::default_message_size> answered;
    mincoap::observers<32> observing;
    mincoap::separate<slow_answers::capacity>::with_oscore waiting;
    std::uint32_t told_ms = 0;  // when /time notified its observers last

    // Completes slow answers, and tells the time once a second. The notifications of /time are
    // Confirmable, so a client gets one as soon as it has acknowledged the one before. Returns after how
    // many milliseconds there is more to do.
    std::uint32_t work(auto& server, slow_answers& slow, std::uint32_t now_ms) {
        slow.complete_due(server, now_ms);
        if (now_ms - told_ms >= second_ms) {
            server.template changed<"time">(mincoap::message::type::confirmable);
            told_ms = now_ms;
        }
        return idle_ms(slow, now_ms);
    }

private:
    std::uint32_t idle_ms(const slow_answers& slow, std::uint32_t now_ms) const {
        const std::uint32_t told =
            observing.size() == 0 ? mincoap::forever_ms : mincoap::left_until_ms(told_ms + second_ms, now_ms);
        return std::min(told, slow.idle_ms(now_ms));
    }
};

}  // namespace demo
