// Deduplication (RFC 7252 §4.5): a request that must not happen twice is carried out once, and each copy gets the first
// answer again.
//
//     static deduplicate<8, 32> answers;
//     server server{socket, site, echo_guard{key}, answers};
//
// By default POST, PATCH and conditional requests (If-Match, If-None-Match) are kept: RFC 7252 lets a server carry out
// the others again. `deduplicate<8, 32, every_request>` keeps all of them.
//
// A copy has the same bytes as the first message, as RFC 7252 §4.2 asks. Its size and its bytes count, so that a forged
// message with a guessed Message ID never draws the answer to a larger one.
//
// The layer keeps `Count` answers of up to `Bytes` bytes. It repeats only the code of a larger
// answer, except to GET and FETCH: a copy of those is carried out again. The answer whose time ends
// first makes room for a new one. An answer to an unconfirmed address never takes the place of one to
// a confirmed address.
//
// All requests with OSCORE are kept: a copy would be a replay. Such a copy gets the same encrypted
// answer, at most four times. If the answer is larger than `Bytes`, a copy gets no answer.
#pragma once

#include <mincoap/handler/reply.hpp>
#include <mincoap/layer/outbox.hpp>
#include <mincoap/message/fnv.hpp>

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
        return x.error == message::parse_error::none && is_kept(x) ? answer_once(x, next) : next(x);
    }

    static constexpr std::size_t max_answer_size = Bytes;

    // The memory that one answer takes besides its bytes, in bytes.
    static constexpr std::size_t entry_overhead() { return sizeof(entry) - Bytes; }

private:
    // A copy of a protected request must not reach the layer that protects: it would be a replay.
    static constexpr option_set kept_options =
        set_of(option::if_match) | set_of(option::if_none_match) | set_of(option::oscore);

    static constexpr std::uint32_t longest_ms = Timing.exchange_lifetime_ms();

    struct entry {
        std::uint32_t key;
        std::uint32_t until_ms;
        std::uint16_t size;
        byte standing;  // of the client; from `authentic` on, how often the answer may be repeated
        std::array<byte, Bytes> answer;
    };

    // An answer to a protected request is repeated as often as a client sends the request again. Whoever
    // has seen the request could send it any number of times.
    static constexpr byte confirmed = 1;
    static constexpr byte authentic = 2;

    // Not inlined: a request that is not kept takes few instructions so.
    [[gnu::noinline]] std::size_t answer_once(exchange& x, auto next) {
        const std::uint32_t key = key_of(x, next);
        const bool is_con = is_confirmable(x);
        entry* place = nullptr;
        std::uint32_t least = longest_ms;
        for (entry& e : entries_) {
            std::uint32_t left = e.until_ms - x.now_ms();
            if (left > longest_ms) left = 0;  // it is over, or was never used
            else if (e.key == key) return next.note(x, outcomes::duplicate), is_con ? repeat(x, e, next) : 0;
            else if (e.standing != 0 && !x.from.confirmed) continue;
            if (left <= least) place = &e, least = left;
        }
        const std::size_t size = next(x);
        if constexpr (decltype(next)::protection_size != 0)
            if (is_authentic(x)) place = first_to_end(x.now_ms());
        if (place != nullptr && !is_read_again(x, size)) {
            place->key = key;
            place->until_ms = x.now_ms() + (is_con ? longest_ms : Timing.non_lifetime_ms());
            keep(x, size, *place, next);
        }
        return size;
    }

    static bool is_kept(const exchange& x) {
        if constexpr (Which::keeps_all) return !x.emitted && is_answerable(x);
        return x.method == code::post || x.method == code::patch || (x.request.critical_options & kept_options) != 0;
    }

    // The code alone of a larger response to GET or FETCH would be a response without its content.
    static bool is_read_again(const exchange& x, std::size_t size) {
        return Which::keeps_all && size > Bytes && message::is_safe(x.method) && !is_authentic(x);
    }

    // The Message ID is among the bytes. A hash as FNV-1a, which begins with the size.
    static std::uint32_t key_of(const exchange& x, auto next) {
        auto hash = static_cast<std::uint32_t>(x.size);
        for (const byte b : x.buffer.first(x.size)) hash = message::fnv_step(hash, b);
        return static_cast<std::uint32_t>(next.tag(x.from.route.remote, hash, tag_purpose::duplicate));
    }

    // A client whose request turns out to be authentic takes the place of any other.
    entry* first_to_end(std::uint32_t now_ms) {
        entry* place = nullptr;
        std::uint32_t least = longest_ms;
        for (entry& e : entries_) {
            std::uint32_t left = e.until_ms - now_ms;
            if (left > longest_ms) left = 0;
            if (left <= least) place = &e, least = left;
        }
        return place;
    }

    // A socket lends memory of various sizes, and the sender of a copy has an influence on them.
    static std::size_t repeat(exchange& x, entry& e, auto next) {
        if (e.size > x.buffer.size()) return 0;
        if constexpr (decltype(next)::protection_size != 0) {
            if (e.standing == authentic) return 0;
            if (e.standing > authentic) --e.standing;
            // Not 0 if the request was protected: of its answer, the guard makes no challenge.
            x.protection = x.request.critical_options & set_of(option::oscore);
        }
        copy_bytes(e.answer.data(), e.size, x.header());
        return e.size;
    }
    static void keep(const exchange& x, std::size_t size, entry& e, auto next) {
        e.standing = x.from.confirmed ? confirmed : 0;
        if constexpr (decltype(next)::protection_size != 0)
            if (is_authentic(x)) e.standing = size > Bytes ? authentic : authentic + Timing.max_retransmit;
        if (size > Bytes) size = token_end_of(x);
        e.size = static_cast<std::uint16_t>(size);
        copy_bytes(x.header(), size, e.answer.data());
    }

    std::array<entry, Count> entries_{};
};

}  // namespace mincoap
