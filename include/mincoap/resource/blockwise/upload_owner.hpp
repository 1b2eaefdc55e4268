// Whose blocks are taken: two uploads to one resource at once must not end in a mixture.
//
// For those who write a sink of blocks that has room for one body. Keep one in the sink, and ask it with each block:
//
//     if (offset == 0) {
//         if (const std::uint32_t seconds = owner.seconds_to_wait(r); seconds != 0) return unavailable(seconds);
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

// An upload is known by its endpoint and by the Request-Tag and Uri-Query options of its requests: those tell two
// uploads of one endpoint apart (RFC 9175 §3.3, RFC 7959 §2.5). Of the options a hash is kept.
//
// The first block of another upload has to wait until that one has ended, or has been silent for the patience. A client
// that gave up, or uses a new port for each try as libcoap does, is waited for no longer.
class upload_owner {
public:
    static constexpr std::uint32_t patience_ms = 10'000;

    constexpr bool under_way() const { return under_way_; }

    // Whether a request is of the upload that began last, which may have ended.
    bool owns(const request& r) const { return r.remote() == remote_ && options_of(r) == options_; }

    // Whether it is the last one that came, once more (RFC 7252 §4.5): its answer was lost.
    bool is_repeated(const request& r) const { return r.message.message_id() == message_id_ && owns(r); }

    // For a first block: in how many seconds its client should try again; 0 if it can begin. Where the clock stands
    // still, each refusal counts as a second: a client that is gone locks the resource for ten of them at most.
    std::uint32_t seconds_to_wait(const request& first) {
        if (!under_way_ || owns(first)) return 0;
        if (first.now_ms == last_ms_) ++refusals_;
        const std::uint32_t silent_ms = first.now_ms - last_ms_ + refusals_ * 1000U;
        if (silent_ms < patience_ms) return in_seconds(patience_ms - silent_ms);
        under_way_ = false;
        return 0;
    }

    // The upload of this first block is under way from now on, in place of any other.
    void begin(const request& first) {
        remote_ = first.remote();
        options_ = options_of(first);
        under_way_ = true;
        note(first);
    }

    // For a later block: whether it is of the upload that began last. If not, the answer is 4.08 (RFC 7959 §2.9.2).
    bool goes_on(const request& later) {
        if (!owns(later)) return false;
        note(later);
        return true;
    }

    // The body is complete, or given up.
    constexpr void end() { under_way_ = false; }

private:
    // Rounded up, and exact up to 13 seconds: a division would be a function of the compiler's runtime.
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

    // All zero at first, so that a static one lies in .bss.
    net::endpoint remote_{};
    std::uint32_t options_ = 0;
    std::uint32_t last_ms_ = 0;
    std::uint16_t message_id_ = 0;
    byte refusals_ = 0;
    bool under_way_ = false;
};

}  // namespace mincoap
