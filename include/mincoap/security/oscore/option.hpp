// The OSCORE option (RFC 8613 §6.1): a compressed COSE object. It names the sender's key and the
// number of the message.
#pragma once

#include <array>

#include <mincoap/security/crypto.hpp>

namespace mincoap::security::oscore {

// The most bytes of a Sender ID or Recipient ID (§3.3), and of a Partial IV (§5).
inline constexpr std::size_t max_id_size = nonce_size - 6;
inline constexpr std::size_t max_number_size = 5;

// Sequence numbers are below this one (§7.2.1).
inline constexpr std::uint64_t number_limit = std::uint64_t{1} << 40;

// A sequence number below 2^40 as a Partial IV: big-endian, in as few bytes as possible, but at
// least one (§5).
class partial_iv {
public:
    constexpr explicit partial_iv(std::uint64_t number) {
        for (unsigned i = max_number_size; i-- != 0; number >>= 8) {
            all_[i] = static_cast<byte>(number);
            if (all_[i] != 0) size_ = max_number_size - i;
        }
    }
    constexpr bytes value() const { return bytes{all_}.last(size_); }

    // All five bytes, with leading zeros, as in the nonce (§5.2).
    constexpr const std::array<byte, max_number_size>& padded() const { return all_; }

private:
    std::array<byte, max_number_size> all_;
    unsigned size_ = 1;
};

// The first byte of the option. Its other bits are refused: 0x20 is the Group Flag of Group OSCORE,
// 0x80 announces a second byte, and 0x40 is reserved.
namespace flag {

inline constexpr unsigned number_size = 0x07;  // the size of the Partial IV
inline constexpr unsigned kid = 0x08;
inline constexpr unsigned kid_context = 0x10;
inline constexpr unsigned allowed = number_size | kid | kid_context;

}  // namespace flag

// The option of a request. Its views point into the message.
struct request_option {
    std::uint64_t number;  // the sequence number, from the Partial IV
    bytes kid;             // the client's Sender ID, which may be empty
    bytes kid_context;     // the ID Context, which may be empty; data() is null if there is none
};

// Decodes the value of a request's option. Returns false if it is malformed: a flag that is not
// allowed, no Partial IV or one that is not in its shortest form, no kid, or a length beyond the
// value's end.
[[nodiscard]] constexpr bool decode(bytes value, request_option& to) {
    if (value.empty()) return false;
    const unsigned flags = value[0];
    const std::size_t size = flags & flag::number_size;
    value = value.subspan(1);
    if ((flags & ~flag::allowed) != 0 || (flags & flag::kid) == 0) return false;
    if (size == 0 || size > max_number_size || size > value.size()) return false;
    if (value[0] == 0 && size != 1) return false;
    to.number = 0;
    for (const byte b : value.first(size)) to.number = to.number << 8 | b;
    value = value.subspan(size);
    to.kid_context = {};
    if ((flags & flag::kid_context) != 0) {
        if (value.empty() || value[0] >= value.size()) return false;
        to.kid_context = value.subspan(1, value[0]);
        value = value.subspan(1U + value[0]);
    }
    to.kid = value;
    return true;
}

// The size of a response's option behind its head: 0 without a Partial IV.
constexpr std::size_t response_option_size(const partial_iv* number) {
    return number == nullptr ? 0 : 1 + number->value().size();
}

// Writes the value of a response's option (§8.3). It holds the number of the server's own, if
// there is one. Returns the end.
constexpr byte* write_response_option(byte* to, const partial_iv* number) {
    if (number == nullptr) return to;
    const bytes value = number->value();
    *to++ = static_cast<byte>(value.size());
    copy_bytes(value.data(), value.size(), to);
    return to + value.size();
}

}  // namespace mincoap::security::oscore
