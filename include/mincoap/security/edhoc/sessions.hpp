// The half-open sessions of a responder: those that wait for message_3.
#pragma once

#include <mincoap/security/edhoc/handshake.hpp>

namespace mincoap::security::edhoc {

// For how long a session waits for message_3: EXCHANGE_LIFETIME of RFC 7252 §4.8.2, in milliseconds.
inline constexpr std::uint32_t session_lifetime_ms = 247'000;

namespace detail {

// The state of a place. Zeros are none.
struct session_place {
    std::uint32_t until_ms;
    bool is_open;

    constexpr bool is_over(std::uint32_t now_ms) const { return until_ms - now_ms > session_lifetime_ms; }
};

// The values of C_R: the integers from -24 to 23, in their encodings.
inline constexpr unsigned c_r_count = 48;
constexpr byte c_r_after(byte last) {
    if (last == 0x17) return 0x20;
    return last == 0x37 ? byte{0} : static_cast<byte>(last + 1);
}

// message_1 of a client that waits.
struct kept_message_1 {
    byte suite;
    byte c_i_size;
    std::array<byte, max_c_i_size> c_i;
    std::array<byte, public_key_size> g_x;
    transcript_hash hash;

    constexpr message_1 view() const { return {suite, g_x, bytes{c_i}.first(c_i_size)}; }
};

// For `sessions::with_separate`.
struct postponed {
    bool is_waiting;  // for message_2 to be made
    std::uint32_t ticket;
    union {
        kept_message_1 in;
        message_2 out;  // for as long as it may be sent again
    };
};
struct never_postponed {
    static constexpr bool is_waiting = false;
};

}  // namespace detail

// Memory for `N` half-open sessions. All zeros are no session, so it is in .bss on a device.
//
//     static security::edhoc::sessions<suites, 2> half_open;
//
// If all places are taken, a new session takes the place of the oldest one. The client of that one gets an
// error for its message_3, and starts again.
template <suite_pair S, std::size_t N, bool IsSeparate = false>
class sessions {
    static_assert(N >= 1 && N <= 32, "mincoap: a responder has 1 to 32 half-open sessions: there are 48 identifiers");

public:
    using suites = S;

    // Each place keeps message_1 and message_2 as well, for `postponed_edhoc`.
    using with_separate = sessions<S, N, true>;
    static constexpr bool is_separate = IsSeparate;

    struct session : detail::session_place, half_open<S> {
        [[no_unique_address]] std::conditional_t<IsSeparate, detail::postponed, detail::never_postponed> later;
    };

    // Returns how many sessions there are. Closes those that have waited for message_3 for too long, so that
    // their keys leave the memory.
    std::size_t size(std::uint32_t now_ms) {
        std::size_t count = 0;
        for (session& s : all_) {
            if (is_taken(s) && s.is_over(now_ms)) close(s);
            if (is_taken(s)) ++count;
        }
        return count;
    }

    // Returns the session with that C_R; null if there is none.
    session* find(bytes c_r, std::uint32_t now_ms) {
        if (c_r.size() != 1) return nullptr;
        for (session& s : all_)
            if (s.is_open && s.c_r == c_r[0] && !s.is_over(now_ms)) return &s;
        return nullptr;
    }

    // Returns a place for a new session. It is empty.
    session& place() {
        session* found = all_.data();
        for (session& s : all_) {
            if (!is_taken(s)) return s;
            if (static_cast<std::int32_t>(s.until_ms - found->until_ms) < 0) found = &s;
        }
        return close(*found), *found;
    }
    static void open(session& s, std::uint32_t now_ms) {
        s.until_ms = now_ms + session_lifetime_ms;
        s.is_open = true;
    }
    // Overwrites the secrets of a session.
    static void close(session& s) {
        if constexpr (IsSeparate) s.later.is_waiting = false;
        if (IsSeparate && !s.is_open) return;
        s.is_open = false;
        forget<S>(s);
    }

    // Keeps message_1, which is accepted, until message_2 is made.
    void postpone(const message_1& in, const transcript_hash& hash, std::uint32_t ticket, std::uint32_t now_ms)
        requires IsSeparate
    {
        session& s = place();
        s.until_ms = now_ms + session_lifetime_ms;
        s.later.ticket = ticket;
        detail::kept_message_1& kept = s.later.in;
        kept.suite = in.suite;
        kept.c_i_size = oscore::detail::copy_id(in.c_i, kept.c_i.data());
        copy_bytes(in.g_x.data(), public_key_size, kept.g_x.data());
        kept.hash = hash;
        s.later.is_waiting = true;
    }
    // Returns a session whose message_2 is to be made; null if there is none.
    session* waiting()
        requires IsSeparate
    {
        for (session& s : all_)
            if (s.later.is_waiting) return &s;
        return nullptr;
    }

    // Finds a C_R that is neither C_I nor in use: by a session, or as the Recipient ID of a context (RFC 9668
    // §4.1.3). Returns false if there is none.
    [[nodiscard]] bool choose_c_r(bytes c_i, std::span<const oscore::context> contexts, byte& c_r) {
        for (unsigned left = detail::c_r_count; left != 0; --left) {
            c_r = last_ = detail::c_r_after(last_);
            if (!is_session(c_r) && !is_recipient(contexts, c_r) && (c_i.size() != 1 || c_i[0] != c_r)) return true;
        }
        return false;
    }

private:
    static bool is_taken(const session& s) { return s.is_open || s.later.is_waiting; }

    bool is_session(byte c_r) const {
        for (const session& s : all_)
            if (s.is_open && s.c_r == c_r) return true;
        return false;
    }
    static bool is_recipient(std::span<const oscore::context> contexts, byte c_r) {
        for (const oscore::context& c : contexts)
            if (c.state != oscore::context_state::empty && c.recipient_id_size == 1 && c.recipient_id_bytes[0] == c_r)
                return true;
        return false;
    }

    byte last_ = 0;  // the C_R of the newest session
    std::array<session, N> all_{};
};

}  // namespace mincoap::security::edhoc
