// Deduplication (RFC 7252 §4.5): a request that must not happen twice is carried out once, and each copy gets the first
// answer again.
//
//     server server{socket, site, echo_guard{key}, deduplicate<8, 32>{key}};
//
// By default POST, PATCH and conditional requests (If-Match, If-None-Match) are kept: RFC 7252 lets a server carry out
// the others again. `deduplicate<8, 32, every_request>` keeps all of them.
//
// A copy has the same bytes as the first message, as RFC 7252 §4.2 asks. Its size and its bytes count, so that a forged
// message with a guessed Message ID never draws the answer to a larger one.
//
// The layer keeps `Count` answers of up to `Bytes` bytes. It repeats only the code of a larger answer. The oldest answer makes
// room for a new one; an answer to an unconfirmed address never takes the place of one to a confirmed address.
#pragma once

#include <mincoap/handler/reply.hpp>
#include <mincoap/layer/outbox.hpp>
#include <mincoap/message/etag.hpp>

namespace mincoap {
namespace outcomes {

// A copy of a message that was answered before.
inline constexpr outcome duplicate = outcome::named<"duplicate">();

}  // namespace outcomes

// The requests that `deduplicate` keeps.
struct unsafe_requests {
    static constexpr bool keeps_all = false;
};
struct every_request {
    static constexpr bool keeps_all = true;
};

template <std::size_t Count, std::size_t Bytes = 32, typename Which = unsafe_requests, transmission Timing = {}>
class deduplicate {
    static_assert(Count >= 1 && Count <= 65'535, "mincoap: deduplicate keeps 1 to 65,535 answers");
    static_assert(Bytes >= message::header_size + message::max_token_size && Bytes <= 65'535,
                  "mincoap: deduplicate keeps answers of 12 to 65,535 bytes: 12 are a header and a token");

public:
    using once = struct deduplicate_kind;

    std::size_t receive(exchange& x, auto next) {
        if (x.emitted || x.error != message::parse_error::none || !is_answerable(x) || !is_kept(x.request))
            return next(x);
        const std::uint32_t key = key_of(x, next);
        const bool is_non = !is_confirmable(x);
        for (const entry& e : entries_)
            if (e.is_used && e.key == key && x.now_ms() - e.at_ms <= lifetime_ms(is_non)) {
                next.note(x, outcomes::duplicate);
                return is_non ? 0 : repeat(x, e);
            }
        const std::size_t size = next(x);
        keep(x, key, size);
        return size;
    }

    // The memory that one answer takes besides its bytes, in bytes.
    static constexpr std::size_t entry_overhead() { return sizeof(entry) - Bytes; }

private:
    struct entry {
        std::uint32_t key;
        std::uint32_t at_ms;
        std::uint16_t size;
        bool is_used;
        bool is_confirmed;
        std::array<byte, Bytes> answer;
    };

    static constexpr std::uint32_t lifetime_ms(bool is_non) {
        return is_non ? Timing.non_lifetime_ms() : Timing.exchange_lifetime_ms();
    }
    static bool is_kept(const request& r) {
        if constexpr (Which::keeps_all) return true;
        return r.method() == code::post || r.method() == code::patch ||
               (r.critical_options & (set_of(option::if_match) | set_of(option::if_none_match))) != 0;
    }

    // The Message ID is among the bytes.
    static std::uint32_t key_of(const exchange& x, auto next) {
        const etag hash{bytes{x.buffer.first(x.size)}};
        const auto beside = (static_cast<std::uint32_t>(x.size) * 0x0100'0193) ^ hash.number();
        return static_cast<std::uint32_t>(next.tag(x.from.route.remote, beside, tag_purpose::duplicate));
    }

    static std::size_t repeat(exchange& x, const entry& e) {
        copy_bytes(e.answer.data(), e.size, x.header());
        return e.size;
    }
    void keep(const exchange& x, std::uint32_t key, std::size_t size) {
        entry* const e = place_for(x.from.confirmed, x.now_ms());
        if (e == nullptr) return;
        if (size > Bytes) size = token_end_of(x);
        e->key = key;
        e->at_ms = x.now_ms();
        e->size = static_cast<std::uint16_t>(size);
        e->is_used = true;
        e->is_confirmed = x.from.confirmed;
        copy_bytes(x.header(), size, e->answer.data());
    }
    entry* place_for(bool is_confirmed, std::uint32_t now_ms) {
        entry* oldest = nullptr;
        std::uint32_t greatest = 0;
        for (entry& e : entries_) {
            const std::uint32_t age_ms = now_ms - e.at_ms;
            if (!e.is_used || age_ms > Timing.exchange_lifetime_ms()) return &e;
            if (e.is_confirmed && !is_confirmed) continue;
            if (age_ms >= greatest) oldest = &e, greatest = age_ms;
        }
        return oldest;
    }

    std::array<entry, Count> entries_{};
};

}  // namespace mincoap
