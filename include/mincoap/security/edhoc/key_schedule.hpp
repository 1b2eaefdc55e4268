// The key schedule of EDHOC (RFC 9528 §4): how keys and MACs follow from shared secrets, and transcript
// hashes from the messages.
#pragma once

#include <array>

#include <mincoap/security/edhoc/credential.hpp>
#include <mincoap/security/oscore/context.hpp>

namespace mincoap::security::edhoc {

// A key or a secret of `N` bytes, which is overwritten at the end of its life.
template <std::size_t N>
struct secret : std::array<byte, N> {
    secret() {}  // NOLINT(*-use-equals-default): its value comes later
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    ~secret() { oscore::detail::wipe(*this); }
};

// A pseudo-random key.
using prk = std::array<byte, hash_size>;
using temporary_prk = secret<hash_size>;

// A transcript hash. Wherever it is an input, it is encoded as a byte string of CBOR, so it is kept like that.
class transcript_hash {
public:
    constexpr bytes encoded() const { return all_; }
    constexpr const byte* value() const { return all_.data() + head_size; }

    // Returns the place of the value, 32 bytes, which the caller writes.
    constexpr byte* start() {
        all_[0] = 0x58;
        all_[1] = hash_size;
        return all_.data() + head_size;
    }

private:
    static constexpr std::size_t head_size = 2;

    std::array<byte, head_size + hash_size> all_;  // zeros in an unused session
};
inline constexpr std::size_t encoded_hash_size = sizeof(transcript_hash);

// The first argument of EDHOC_KDF (§4.1.2, §4.2.1).
enum class kdf_label : byte {
    keystream_2 = 0,
    salt_3e2m = 1,
    mac_2 = 2,
    k_3 = 3,
    iv_3 = 4,
    salt_4e3m = 5,
    mac_3 = 6,
    prk_out = 7,
    prk_exporter = 10,
};

// The first argument of EDHOC_Exporter for OSCORE (§A.1).
inline constexpr auto label_of_master_secret = static_cast<kdf_label>(0);
inline constexpr auto label_of_master_salt = static_cast<kdf_label>(1);

namespace detail {

// Derives up to 32 bytes, all that method 3 needs: one block of HKDF-Expand (RFC 5869 §2.3). `info` has the
// label and the context of EDHOC_KDF, and any last piece, which this function replaces.
template <crypto C>
[[gnu::noinline]] void expand(const prk& from, bytes* info, std::size_t count, byte* to, std::size_t size) {
    MINCOAP_ASSERT(size <= hash_size);
    const std::array<byte, 3> end{0x18, static_cast<byte>(size), 1};  // the size, and the number of the block
    info[count - 1] = bytes{end}.subspan(size < 24 ? 1 : 0);
    temporary_prk made;
    C::hmac(from, {info, count}, made.data());
    copy_bytes(made.data(), size, to);
}

// The head of a byte string of up to 65,535 bytes.
constexpr void put_string_head(oscore::detail::small_cbor& to, std::size_t size) {
    const auto low = static_cast<unsigned>(size);
    if (size < 24) return to.put(0x40U | low);
    to.put(size < 0x100 ? 0x58 : 0x59);
    if (size >= 0x100) to.put(low >> 8);
    to.put(low);
}

}  // namespace detail

// EDHOC_KDF of `size` bytes, up to 32. Its context is a transcript hash; null: it is empty. `to` may be the
// pseudo-random key.
template <crypto C>
[[gnu::noinline]] void kdf(const prk& from, kdf_label label, const transcript_hash* context, byte* to,
                           std::size_t size) {
    static constexpr byte empty = 0x40;
    const auto first = static_cast<byte>(label);
    std::array info{bytes{&first, 1}, context != nullptr ? context->encoded() : bytes{&empty, 1}, bytes{&first, 1}};
    detail::expand<C>(from, info.data(), info.size(), to, size);
}

// Writes MAC_2 or MAC_3 (§5.3.2, §5.4.2).
//   from  PRK_3e2m or PRK_4e3m
//   c_r   C_R in its encoding, for MAC_2; null for MAC_3
//   of    the credential that the MAC is for
//   th    TH_2 or TH_3
//   ead   the EAD of the message, encoded
//   to    the place of the MAC
//   size  its size in bytes, 8 or 16
template <crypto C>
[[gnu::noinline]] void make_mac(const prk& from, const byte* c_r, const credential& of, const transcript_hash& th,
                                const bytes& ead, byte* to, std::size_t size) {
    constexpr std::size_t head_of_id_cred = 3;
    std::array<byte, 1 + 3 + 1 + head_of_id_cred + max_kid_size> memory;
    oscore::detail::small_cbor front{memory.data()};
    const kdf_label label = c_r != nullptr ? kdf_label::mac_2 : kdf_label::mac_3;
    front.put(static_cast<unsigned>(label));
    detail::put_string_head(front, (c_r != nullptr ? 1 : 0) + head_of_id_cred + of.kid.size() + encoded_hash_size +
                                       of.ccs.size() + ead.size());
    if (c_r != nullptr) front.put(*c_r);
    front.put(0xa1);  // ID_CRED: {4: kid}
    front.put(4);
    front.string(of.kid);
    std::array info{bytes{memory.data(), front.at}, th.encoded(), of.ccs, ead, ead};
    detail::expand<C>(from, info.data(), info.size(), to, size);
}

// Makes the next transcript hash: of this one, and of two pieces (§5.3.2, §5.4.2).
template <crypto C>
[[gnu::noinline]] void next_hash(const transcript_hash& th, bytes first, bytes second, transcript_hash& to) {
    const std::array<bytes, 3> pieces{th.encoded(), first, second};
    C::hash(pieces, to.start());
}

// Makes a pseudo-random key of a salt, 32 bytes, and of the shared secret with that public key (§4.1.1).
// Returns false if the public key is of no point on the curve.
template <suite_pair S>
[[nodiscard, gnu::noinline]] bool extract(const byte* salt32, const typename S::curve::private_key& key,
                                          const byte* public_key, prk& to) {
    secret<public_key_size> shared;
    if (!S::curve::agree(key, public_key, shared.data())) return false;
    const bytes one = shared;
    S::cipher::hmac({salt32, hash_size}, {&one, 1}, to.data());
    return true;
}

// The same with a salt from another pseudo-random key, for PRK_3e2m and PRK_4e3m (§4.1.1.2, §4.1.1.3).
template <suite_pair S>
[[nodiscard]] bool extract_with(const prk& from, kdf_label label_of_salt, const transcript_hash& th,
                                const typename S::curve::private_key& key, const byte* public_key, prk& to) {
    secret<hash_size> salt;
    kdf<typename S::cipher>(from, label_of_salt, &th, salt.data(), salt.size());
    return extract<S>(salt.data(), key, public_key, to);
}

}  // namespace mincoap::security::edhoc
