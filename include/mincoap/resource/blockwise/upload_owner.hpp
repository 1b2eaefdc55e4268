// Keeps two uploads to the same resource from ending in a mixture.
//
// For users who write a sink with room for one body. Keep an `upload_owner` in the sink, and ask it
// for each block:
//
//     if (offset == 0) {
//         const std::uint32_t seconds = owner.seconds_to_wait(r);
//         if (seconds != 0) return unavailable(seconds);
//         owner.begin(r);
//     } else if (!owner.goes_on(r)) {
//         return code::request_entity_incomplete;
//     }
//     ...
//     if (!more) owner.end();
#pragma once

#include <mincoap/handler/request.hpp>
#include <mincoap/message/etag.hpp>

namespace mincoap {

// The client whose upload is under way. An upload is identified by its endpoint and by a hash of
// the Request-Tag and Uri-Query options of its requests, which tell two uploads of one endpoint
// apart (RFC 9175 §3.3, RFC 7959 §2.5).
//
// The first block of another upload has to wait until this upload has ended, or has been silent for
// `patience_ms`. So a client that gave up, or that uses a new port for each try as libcoap does,
// does not lock the resource.
class upload_owner {
public:
    static constexpr std::uint32_t patience_ms = 10'000;

    [[nodiscard]] constexpr bool under_way() const { return under_way_; }

    // Returns whether the request belongs to the upload that began last, which may have ended.
    [[nodiscard]] bool owns(const request& r) const { return r.remote() == remote_ && options_of(r) == options_; }

    // Returns whether the request repeats the last one, whose answer was lost (RFC 7252 §4.5).
    [[nodiscard]] bool is_repeated(const request& r) const { return r.message.message_id() == message_id_ && owns(r); }

    // For the first block of an upload: returns in how many seconds the client should try again; 0
    // if it can begin. If the clock does not advance, each refusal counts as one second, so a
    // client that is gone locks the resource for at most ten refusals.
    [[nodiscard]] std::uint32_t seconds_to_wait(const request& first) {
        if (!under_way_ || owns(first)) return 0;
        if (first.now_ms == last_ms_) ++refusals_;
        const std::uint32_t silent_ms = first.now_ms - last_ms_ + refusals_ * 1000U;
        if (silent_ms < patience_ms) return in_seconds(patience_ms - silent_ms);
        under_way_ = false;
        return 0;
    }

    // Begins the upload of this first block. It replaces any other one.
    void begin(const request& first) {
        remote_ = first.remote();
        options_ = options_of(first);
        under_way_ = true;
        note(first);
    }

    // For a later block: returns whether it belongs to the upload that began last. If not, the
    // answer is 4.08 (RFC 7959 §2.9.2).
    [[nodiscard]] bool goes_on(const request& later) {
        if (!owns(later)) return false;
        note(later);
        return true;
    }

    // Ends the upload: its body is complete, or given up.
    constexpr void end() { under_way_ = false; }

private:
    // Rounds up, exactly up to 13 seconds. A division would call a function of the compiler's
    // runtime.
    static constexpr std::uint32_t in_seconds(std::uint32_t ms) { return (ms * 4194 + 0x3f'ffff) >> 22; }

    static std::uint32_t options_of(const request& r) {
        etag all;
        for (const message::option_view o : r.message.options()) {
            if (o.number != option::uri_query && o.number != option::request_tag) continue;
            all.add(static_cast<byte>(o.number));
            all.add(static_cast<byte>(o.value.size()));
            all.add(o.value);
        }
        return all.number();
    }

    void note(const request& r) {
        last_ms_ = r.now_ms;
        message_id_ = r.message.message_id();
        refusals_ = 0;
    }

    // All members begin at zero: a static object lies in .bss.
    net::endpoint remote_{};
    std::uint32_t options_ = 0;
    std::uint32_t last_ms_ = 0;
    std::uint16_t message_id_ = 0;
    byte refusals_ = 0;
    bool under_way_ = false;
};

}  // namespace mincoap
