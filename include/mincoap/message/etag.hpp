// Entity-tags (RFC 7252 §5.10.6): four bytes that identify one state of a representation.
#pragma once

#include <concepts>

#include <mincoap/message/fnv.hpp>
#include <mincoap/message/uint.hpp>

namespace mincoap {

// FNV-1a in 32 bits. It covers all bytes of the representation, or data that changes whenever they
// do, such as a version, or a file's size and time. Two states have the same tag with a probability
// of 2^-32. An attacker can construct two states that have the same tag.
class etag {
public:
    constexpr etag() = default;
    constexpr explicit etag(bytes of) { add(of); }
    constexpr explicit etag(std::string_view of) { add(of); }

    // The tag of a version, the same on every machine.
    static constexpr etag of_version(std::unsigned_integral auto version) {
        etag tag;
        for (unsigned bit = 0; bit < 8 * sizeof version; bit += 8) tag.add(static_cast<byte>(version >> bit));
        return tag;
    }

    constexpr void add(byte b) { hash_ = message::fnv_step(hash_, b); }
    // No byte can alias a local variable, so the hash stays in a register.
    constexpr void add(bytes part) {
        std::uint32_t hash = hash_;
        for (const byte b : part) hash = message::fnv_step(hash, b);
        hash_ = hash;
    }
    constexpr void add(std::string_view part) {
        std::uint32_t hash = hash_;
        for (const char c : part) hash = message::fnv_step(hash, static_cast<byte>(c));
        hash_ = hash;
    }

    // Returns the value of the option, in the uint format. It is never 0, because the option needs
    // at least one byte.
    constexpr std::uint32_t number() const { return hash_ == 0 ? 1 : hash_; }

    // Returns true if an option has that value. A value with leading zeros was not issued here, so
    // it does not match.
    constexpr bool matches(bytes value) const {
        return message::to_uint(value) == number() && value.size() <= 4 && value[0] != 0;
    }

    constexpr bool operator==(const etag&) const = default;

private:
    std::uint32_t hash_ = message::fnv_basis;
};

}  // namespace mincoap
