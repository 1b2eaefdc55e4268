// Credentials (RFC 9528 §3.5.2): a CWT Claims Set (CCS) that contains a public key and the `kid` that
// names it.
//
//     constexpr std::array<byte, 95> file{...};                          // from scripts/edhoc-keys
//     constexpr auto device = edhoc::read_ccs<suites>(file).value();     // a mistake does not compile
#pragma once

#include <optional>

#include <mincoap/cbor/reader.hpp>
#include <mincoap/security/edhoc/suites.hpp>

namespace mincoap::security::edhoc {

// The size in bytes of a public key, of which EDHOC has the x-coordinate alone, and of a shared secret.
inline constexpr std::size_t public_key_size = 32;

// The most bytes of a `kid`. It is a part of the messages, so a short one is best: one byte.
inline constexpr std::size_t max_kid_size = 12;

// The credential of the server or of a client. Its members point into the claims set, which must outlive
// it.
struct credential {
    bytes ccs;               // CRED_x: the claims set, in the encoding that both peers have
    bytes kid;               // 0 to 12 bytes
    const byte* public_key;  // 32 bytes
};

// The server's own credential, and the private key of it.
template <suite_pair Suites>
struct own_credential : credential {
    typename Suites::curve::private_key private_key;
};

namespace detail {

// A COSE key (RFC 9052 §7.1, RFC 9053 §7.1) with the members that a credential needs.
struct cose_key {
    std::uint64_t type = 0;
    std::uint64_t curve = 0;
    bytes kid;
    bytes x;

    // Reads the map. A member that is twice there fails, as RFC 8949 §5.6 asks.
    constexpr void read(cbor::reader& in) {
        auto members = in.map();
        while (in.next(members)) {
            if (in.peek() == cbor::type::text_string) {
                in.skip(), in.skip();
                continue;
            }
            switch (in.integer()) {
                case 1: read_once(in, type); break;
                case 2: read_once(in, kid, max_kid_size); break;
                case -1: read_once(in, curve); break;
                case -2: read_once(in, x, public_key_size); break;
                default: in.skip();
            }
        }
    }

private:
    static constexpr void read_once(cbor::reader& in, std::uint64_t& to) {
        if (to != 0) in.refuse();
        to = in.unsigned_integer();
    }
    static constexpr void read_once(cbor::reader& in, bytes& to, std::size_t max_size) {
        if (to.data() != nullptr) in.refuse();
        to = in.byte_string(max_size);
    }
};

// Reads the value of a claim `cnf` (RFC 8747 §3.1) with a COSE key.
constexpr void read_cnf(cbor::reader& in, cose_key& to) {
    auto members = in.map();
    while (in.next(members)) {
        if (in.peek() == cbor::type::unsigned_integer && in.unsigned_integer() == 1) to.read(in);
        else in.skip();
    }
}

}  // namespace detail

// Reads a claims set (RFC 8392 §3) for the curve of these suites. Returns nothing if it is not one, if it
// has no claim `cnf` with a COSE key, or if that key is on another curve or has no `kid`.
template <suite_pair Suites>
[[nodiscard]] constexpr std::optional<credential> read_ccs(bytes ccs) {
    cbor::reader in{ccs};
    detail::cose_key key;
    auto claims = in.map();
    while (in.next(claims)) {
        if (in.peek() != cbor::type::unsigned_integer) in.skip(), in.skip();
        else if (in.unsigned_integer() == 8) detail::read_cnf(in, key);
        else in.skip();
    }
    const bool is_ours = key.type == Suites::cose_key_type && key.curve == Suites::cose_curve;
    if (in.finish() != cbor::read_error::none || !is_ours) return std::nullopt;
    if (key.x.size() != public_key_size || key.kid.data() == nullptr) return std::nullopt;
    return credential{.ccs = ccs, .kid = key.kid, .public_key = key.x.data()};
}

}  // namespace mincoap::security::edhoc
