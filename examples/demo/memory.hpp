// The demo's layers with memory.
#pragma once

#include <algorithm>
#include <optional>

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

    // Completes slow answers, and tells the time. Returns after how many milliseconds there is more to do.
    std::uint32_t work(auto& server, slow_answers& slow, std::uint32_t now_ms) {
        slow.complete_due(server, now_ms);
        tell_time(server, now_ms);
        const std::uint32_t told = due_ms_ ? mincoap::left_until_ms(*due_ms_, now_ms) : mincoap::forever_ms;
        return std::min(told, slow.idle_ms(now_ms));
    }

private:
    std::optional<std::uint32_t> due_ms_;  // when to tell the time next, while a client observes a resource

    // Tells the time once a second, for the first time a second after the first client came: that one has
    // just read it. The notifications of /time are Confirmable, so a client gets one as soon as it has
    // acknowledged the one before.
    void tell_time(auto& server, std::uint32_t now_ms) {
        if (observing.size() == 0) return due_ms_.reset();
        if (due_ms_ && mincoap::left_until_ms(*due_ms_, now_ms) != 0) return;
        if (due_ms_) server.template changed<"time">(mincoap::message::type::confirmable);
        due_ms_ = now_ms + second_ms;
    }
};

}  // namespace demo
