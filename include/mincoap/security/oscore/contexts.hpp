// The security contexts of a server: one for each client, in the application's memory.
//
//     static security::oscore::contexts<4> peers;        // all zeros: .bss on a device
//     peers.add<cipher>({.master_secret = secret, .sender_id = server_id, .recipient_id = client_id});
#pragma once

#include <concepts>

#include <mincoap/security/oscore/context.hpp>

namespace mincoap::security::oscore {

// ---- Sequence numbers that outlast a restart (RFC 8613 §B.1.1)

// Keeps numbers where they survive a loss of power: in a file, or in flash.
struct storage_archetype {
    // Keeps that number for the context: after a restart, numbers begin there. Returns true once it
    // is kept, and false if that failed: the server then sends no message that needs a number. It
    // is called once in `reserved_at_once` numbers.
    [[nodiscard]] bool reserve(const context&, std::uint64_t number);
};
template <typename S>
concept storage = requires(S& kept, const context& of, std::uint64_t number) {
    { kept.reserve(of, number) } -> std::same_as<bool>;
};
static_assert(storage<storage_archetype>);

// Of this many numbers, one is written to the storage.
inline constexpr std::uint64_t reserved_at_once = 64;

// For contexts with keys that are new at each start.
struct no_storage {
    static constexpr bool reserve(const context& /*of*/, std::uint64_t /*number*/) { return true; }
};

// Takes the next sequence number of the context. Returns false if there is none: all 2^40 were
// used (§7.2.1), or the storage has failed.
template <storage Storage>
[[nodiscard]] bool take_number(context& of, Storage& kept, std::uint64_t& number) {
    if (of.next_number >= number_limit) return false;
    if constexpr (!std::same_as<Storage, no_storage>)
        if (of.is_kept && of.next_number % reserved_at_once == 0 &&
            !kept.reserve(of, of.next_number + reserved_at_once))
            return false;
    number = of.next_number++;
    return true;
}

// ---- The table

// Both functions get a table as a pointer and a size: for a std::span, GCC for ARM prints a note about
// its ABI.

// Returns the context of a request; null if there is none. A request without a kid context may mean
// any context with that Recipient ID. The first one is returned, and no other one is tried: a cipher
// that has failed leaves no ciphertext. So give clients different Recipient IDs, or let those that
// share one send their kid context.
[[nodiscard]] inline context* find(context* all, std::size_t count, const request_option& o) {
    for (context& c : std::span{all, count}) {
        if (c.state == context_state::empty || !detail::is_same(c.recipient_id(), o.kid)) continue;
        if (o.kid_context.data() == nullptr) return &c;
        if (c.id_context_size != 0 && detail::is_same(c.id_context(), o.kid_context)) return &c;
    }
    return nullptr;
}

// Returns true if a request could mean either: the Recipient IDs are the same, and the ID Contexts
// do not tell them apart.
[[nodiscard]] constexpr bool is_ambiguous(const context& c, const identity& of) {
    if (c.state == context_state::empty || !detail::is_same(c.recipient_id(), of.recipient_id)) return false;
    return c.id_context_size == 0 || !of.id_context || detail::is_same(c.id_context(), *of.id_context);
}

// Returns a place for that context; null if there is none, or if the identity is not valid or is
// ambiguous.
[[nodiscard]] constexpr context* place_for(context* all, std::size_t count, const identity& of) {
    context* place = nullptr;
    for (context& c : std::span{all, count}) {
        if (is_ambiguous(c, of)) return nullptr;
        if (c.state == context_state::empty && place == nullptr) place = &c;
    }
    return is_valid(of) ? place : nullptr;
}

// `AreKept`: contexts may outlast a restart of the server; see `kept_contexts`.
template <std::size_t N, bool AreKept = false>
class contexts {
    static_assert(N >= 1 && N <= 255, "mincoap: a server has 1 to 255 security contexts");

public:
    static constexpr bool are_kept = AreKept;

    // Adds a context with new keys: no message was ever protected with them. A key exchange makes
    // such keys. A master secret that the device has in flash does not, unless the device draws
    // another ID Context or another salt at each start: the server would take replays of old
    // requests, and would use a nonce twice. For such a secret there is `kept_contexts`.
    //   of   the keys and the names; its bytes are not needed afterwards
    //   tag  a number of the application's, which handlers read with `request::peer`
    // Returns the context, until it is removed. Returns null if all places are taken, if an ID is too
    // long, if both IDs are the same, or if another context has the same Recipient ID and no other
    // ID Context.
    template <crypto C>
    context* add(const identity& of, byte tag = 0) {
        context* const c = place_for(all_.data(), N, of);
        if (c == nullptr) return nullptr;
        derive<C>(*c, of);
        c->tag = tag;
        c->is_kept = false;
        ++c->generation;
        return c;
    }

    // Adds a context that may have been used before this start of the server. `first_number` is the
    // number that the storage keeps for it; 0 if it keeps none. With 2^40 or more, such as from erased
    // flash, the context has no numbers left. The first request gets a challenge (4.01 with Echo), so
    // that the server takes no replay of an old request (§B.1.2). Restore a context once in a start of
    // the server: for 131 s after `remove`, a replay with an Echo option of before would pass. Returns
    // the same as `add`.
    template <crypto C>
    context* restore(const identity& of, std::uint64_t first_number, byte tag = 0)
        requires AreKept
    {
        context* const c = add<C>(of, tag);
        if (c == nullptr) return nullptr;
        c->is_kept = true;
        c->state = context_state::unsynchronised;
        if (first_number > number_limit) first_number = number_limit;  // erased flash: not 0 after an overflow
        c->next_number = (first_number + reserved_at_once - 1) / reserved_at_once * reserved_at_once;
        return c;
    }

    // Removes a context of this table, and overwrites its keys. Observations that it protects end.
    void remove(context& c) {
        c.state = context_state::empty;
        detail::wipe(c.sender_key);
        detail::wipe(c.recipient_key);
        detail::wipe(c.common_iv);
    }

    constexpr std::span<context> all() { return all_; }

private:
    std::array<context, N> all_{};
};

// Contexts whose keys may be older than the start of the server, such as those from a master secret
// in flash. The layer then needs a storage for their sequence numbers.
template <std::size_t N>
using kept_contexts = contexts<N, true>;

}  // namespace mincoap::security::oscore
