// A security context (RFC 8613 §3): the keys, the numbers and the names that a server shares with
// one client.
#pragma once

#include <optional>

#include <mincoap/security/hkdf.hpp>
#include <mincoap/security/oscore/option.hpp>
#include <mincoap/security/oscore/replay_window.hpp>

namespace mincoap::security::oscore {

// The most bytes of an ID Context.
inline constexpr std::size_t max_id_context_size = 8;

// The input parameters (§3.2) from the server's side: the Recipient ID is the client's Sender ID.
struct identity {
    bytes master_secret;
    bytes master_salt;
    bytes sender_id;                  // 0 to 7 bytes
    bytes recipient_id;               // 0 to 7 bytes, other ones than those of the Sender ID
    std::optional<bytes> id_context;  // 0 to 8 bytes; none is not the same as an empty one
};

enum class context_state : byte {
    empty,           // there is no context
    ready,           // the window knows each number that was accepted
    unsynchronised,  // the server has started again and has no window; see §B.1.2
};

// Zeros are no context. Small fields come first: on Cortex-M0+, a byte beyond offset 31 takes two
// instructions more.
struct context {
    [[no_unique_address]] replay_window window;
    context_state state = context_state::empty;
    byte generation = 0;  // differs from that of the context which had this place before
    byte tag = 0;         // the application's; see `request::peer`
    byte sender_id_size = 0;
    std::uint64_t next_number = 0;  // the Sender Sequence Number
    byte recipient_id_size = 0;
    bool is_kept = false;      // it may outlast a restart of the server
    byte id_context_size = 0;  // and one; 0: there is none
    std::array<byte, max_id_size> sender_id_bytes{};
    std::array<byte, max_id_size> recipient_id_bytes{};
    std::array<byte, max_id_context_size> id_context_bytes{};
    std::array<byte, nonce_size> common_iv{};
    std::array<byte, aead_key_size> sender_key{};
    std::array<byte, aead_key_size> recipient_key{};

    constexpr bytes sender_id() const { return bytes{sender_id_bytes}.first(sender_id_size); }
    constexpr bytes recipient_id() const { return bytes{recipient_id_bytes}.first(recipient_id_size); }
    // data() is null if there is none.
    constexpr bytes id_context() const {
        return id_context_size == 0 ? bytes{} : bytes{id_context_bytes}.first(id_context_size - 1U);
    }
};
static_assert(sizeof(context) <= 96);

namespace detail {

constexpr bool is_same(bytes a, bytes b) {
    return a.size() == b.size() && (a.empty() || equal_bytes(a.data(), b.data(), a.size()));
}

// Writes deterministic CBOR of which each head is one byte: strings of up to 23 bytes and small
// numbers.
struct small_cbor {
    byte* at;

    constexpr void put(unsigned one) { *at++ = static_cast<byte>(one); }
    constexpr void put(bytes all) {
        for (const byte one : all) *at++ = one;
    }
    constexpr void string(bytes value) {
        put(0x40U + static_cast<unsigned>(value.size()));
        put(value);
    }
};

// The algorithms of a context, as integers in CBOR (RFC 9053 §4.2).
inline constexpr byte aes_ccm_16_64_128 = 10;

// An output of HKDF (§3.2.1): the end of its info, which is [id, id_context, alg_aead, type, L], with
// the number of the block behind it; and its size in bytes.
struct output {
    std::array<byte, 7> end;
    byte end_size;
    byte size;
};
inline constexpr output key{{aes_ccm_16_64_128, 0x63, 'K', 'e', 'y', aead_key_size, 1}, 7, aead_key_size};
inline constexpr output iv{{aes_ccm_16_64_128, 0x62, 'I', 'V', nonce_size, 1}, 6, nonce_size};

struct info {
    static constexpr std::size_t max_size = 1 + 1 + max_id_size + 1 + max_id_context_size + sizeof output::end - 1;

    std::array<byte, max_size + 1> all;
    std::size_t size;

    constexpr info(bytes id, bytes id_context, const output& of) {
        small_cbor to{all.data()};
        to.put(0x85);
        to.string(id);
        if (id_context.data() == nullptr) to.put(0xf6);
        else to.string(id_context);
        to.put(bytes{of.end}.first(of.end_size));
        size = static_cast<std::size_t>(to.at - all.data());
    }
    constexpr bytes value() const { return bytes{all}.first(size - 1); }
    constexpr bytes with_number_of_block() const { return bytes{all}.first(size); }
};

// Overwrites keys, also where the compiler sees that they are not read again.
inline void wipe(byte* secret, std::size_t size) {
    for (; size != 0; --size) *const_cast<volatile byte*>(secret++) = 0;
}
template <std::size_t N>
void wipe(std::array<byte, N>& secret) {
    wipe(secret.data(), N);
}

}  // namespace detail

// Returns true if a context can be made of it: the IDs are short enough, and those of client and
// server differ (§3.3).
[[nodiscard]] constexpr bool is_valid(const identity& of) {
    return of.sender_id.size() <= max_id_size && of.recipient_id.size() <= max_id_size &&
           (!of.id_context || of.id_context->size() <= max_id_context_size) &&
           !detail::is_same(of.sender_id, of.recipient_id);
}

namespace detail {

// Derives a key with one block of HKDF-Expand (RFC 5869 §2.3), which is enough for each. It takes half
// the code of `hkdf_expand`.
template <crypto C>
[[gnu::noinline]] void derive_key(const byte* prk32, bytes id, const context& of, const output& what, byte* to) {
    const info about{id, of.id_context(), what};
    const bytes whole = about.with_number_of_block();
    std::array<byte, hash_size> made;
    C::hmac({prk32, hash_size}, {&whole, 1}, made.data());
    copy_bytes(made.data(), what.size, to);
    wipe(made);
}

template <crypto C>
void derive_keys(context& to, bytes master_secret, bytes master_salt) {
    std::array<byte, hash_size> prk;
    hkdf_extract<C>(master_salt, master_secret, prk.data());
    derive_key<C>(prk.data(), to.sender_id(), to, key, to.sender_key.data());
    derive_key<C>(prk.data(), to.recipient_id(), to, key, to.recipient_key.data());
    derive_key<C>(prk.data(), {}, to, iv, to.common_iv.data());
    wipe(prk);
}

constexpr byte copy_id(bytes from, byte* to) {
    copy_bytes(from.data(), from.size(), to);
    return static_cast<byte>(from.size());
}

}  // namespace detail

// Derives the keys of a context with HKDF-SHA-256 and AES-CCM-16-64-128 (§3.2.1). Numbers begin at
// 0, and the window is empty. So the keys must be new: no message may have been protected with them
// before. `of` is valid, and its bytes are not needed afterwards.
template <crypto C>
void derive(context& to, const identity& of) {
    MINCOAP_ASSERT(is_valid(of));
    to.window.clear();
    to.next_number = 0;
    to.sender_id_size = detail::copy_id(of.sender_id, to.sender_id_bytes.data());
    to.recipient_id_size = detail::copy_id(of.recipient_id, to.recipient_id_bytes.data());
    to.id_context_size = 0;
    if (of.id_context)
        to.id_context_size = static_cast<byte>(detail::copy_id(*of.id_context, to.id_context_bytes.data()) + 1);
    detail::derive_keys<C>(to, of.master_secret, of.master_salt);
    to.state = context_state::ready;
}

}  // namespace mincoap::security::oscore
