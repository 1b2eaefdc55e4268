// Answers that take a while, as those of a converter or of another machine do.
#pragma once

#include <array>

#include <mincoap/handler/reply.hpp>
#include <mincoap/server/layer.hpp>

namespace demo {

// Keeps up to `Count` requests, each for `takes_ms`. The layer `separate<Count>` lets no more of them
// in. All take equally long, so the first one is always due first.
template <std::size_t Count>
class slow {
public:
    static constexpr std::size_t capacity = Count;
    static constexpr std::uint32_t takes_ms = 1500;

    // The answer of a handler that starts the work at that time.
    mincoap::reply answer_later(std::uint32_t now_ms) {
        return mincoap::later([this, now_ms](mincoap::ticket t) { start(t, now_ms + takes_ms); });
    }

    // Completes the requests that are due.
    void complete_due(auto& server, std::uint32_t now_ms) {
        for (; size_ != 0 && idle_ms(now_ms) == 0; --size_, first_ = (first_ + 1) % Count)
            server.complete(waiting_[first_].ticket, mincoap::content("That took 1.5 s"));
    }

    // For how many milliseconds no request is due.
    constexpr std::uint32_t idle_ms(std::uint32_t now_ms) const {
        return size_ == 0 ? mincoap::forever_ms : mincoap::left_until_ms(waiting_[first_].due_ms, now_ms);
    }

private:
    struct entry {
        mincoap::ticket ticket;
        std::uint32_t due_ms = 0;
    };

    constexpr void start(mincoap::ticket t, std::uint32_t due_ms) {
        waiting_[(first_ + size_++) % Count] = {t, due_ms};
    }

    std::array<entry, Count> waiting_{};
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

}  // namespace demo
