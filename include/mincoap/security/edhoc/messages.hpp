// The messages of EDHOC and their contents (RFC 9528 §5).
#pragma once

#include <mincoap/security/edhoc/credential.hpp>
#include <mincoap/security/edhoc/item_reader.hpp>
#include <mincoap/security/oscore/option.hpp>

namespace mincoap::security::edhoc {

// The result of a message.
enum class result : byte {
    accepted,
    no_message,   // there is no message of EDHOC, or an error message
    malformed,    // the message is malformed, asks for a method that is not 3, or has a critical EAD item
    wrong_suite,  // the initiator has to choose another cipher suite
    forged,       // message_3 is not of the initiator that sent message_1, as far as its tag tells
    refused,      // the initiator has none of the allowed credentials, or the application refuses it
    full,         // there is no free identifier or no place
    failed,       // the device has no random numbers
};

// The most bytes of C_I: it becomes the Sender ID of the server (RFC 9528 §3.3.3).
inline constexpr std::size_t max_c_i_size = oscore::max_id_size;

namespace detail {

// Skips the external authorization data (§3.8), which is the rest of the message. Returns false if it is
// malformed, or if an item is critical: this server knows none of them.
[[nodiscard]] constexpr bool skip_ead(item_reader& in) {
    while (!in.at_end()) {
        if (in.peek() != cbor::type::unsigned_integer) return false;
        in.argument(cbor::type::unsigned_integer);
        if (in.peek() == cbor::type::byte_string) in.byte_string();
    }
    return !in.failed();
}

inline constexpr byte no_suite = 0xff;

// Reads SUITES_I (§5.2.1). Returns the selected suite, the last one; `no_suite` if it is not one of the two
// from `first` on, or if one of them is in front of it (§5.2.3).
[[nodiscard]] constexpr byte read_suite(item_reader& in, byte first) {
    std::uint32_t count = 1;
    if (in.peek() == cbor::type::array) {
        count = in.argument(cbor::type::array);
        if (count < 2) in.fail();  // one suite is no array
    }
    std::uint32_t selected = no_suite;
    bool is_preferred = false;  // one of ours is in front
    for (; count != 0 && !in.failed(); --count) {
        is_preferred = is_preferred || selected != no_suite;
        const bool is_private = in.peek() == cbor::type::negative_integer;
        const std::uint32_t value =
            in.argument(is_private ? cbor::type::negative_integer : cbor::type::unsigned_integer);
        selected = is_private || value - first > 1 ? no_suite : value;
    }
    return is_preferred ? no_suite : static_cast<byte>(selected);
}

}  // namespace detail

// message_1 (§5.2.1). Its members point into the message.
struct message_1 {
    // Reads the message. The server has the suite `first` and the next one.
    constexpr message_1(bytes message, byte first) : message_1(item_reader{message}, first) {}

    // A message that was accepted before.
    constexpr message_1(byte selected, bytes key, bytes id)
        : status(result::accepted), suite(selected), g_x(key), c_i(id) {}

    result status;  // `accepted`, `malformed` or `wrong_suite`
    byte suite;
    bytes g_x;  // the ephemeral public key of the initiator: 32 bytes
    bytes c_i;  // up to 7 bytes

private:
    constexpr message_1(item_reader in, byte first)
        : status(in.argument(cbor::type::unsigned_integer) == 3 ? result::accepted : result::malformed),
          suite(detail::read_suite(in, first)), g_x(in.byte_string()), c_i(in.identifier()) {
        if (in.failed()) status = result::malformed;
        if (status != result::accepted) return;
        if (suite == detail::no_suite) status = result::wrong_suite;
        else if (!detail::skip_ead(in) || g_x.size() != public_key_size || c_i.size() > max_c_i_size)
            status = result::malformed;
    }
};

// message_2, as the server sends it: a byte string of up to 63 bytes.
struct message_2 {
    // C_R, the kid and the MAC.
    static constexpr std::size_t max_plaintext_size = 1 + 1 + max_kid_size + 1 + max_mac_size;
    static constexpr std::size_t max_size = 2 + public_key_size + max_plaintext_size;

    byte size;
    std::array<byte, max_size> all;

    constexpr bytes value() const { return bytes{all}.first(size); }

    // Writes the ephemeral key, and returns the place of CIPHERTEXT_2.
    constexpr byte* put_key(const byte* g_y) {
        copy_bytes(g_y, public_key_size, all.data() + 2);
        return all.data() + 2 + public_key_size;
    }
    // Completes the message, once CIPHERTEXT_2 has that size.
    constexpr void set_size(std::size_t ciphertext) {
        all[0] = 0x58;
        all[1] = static_cast<byte>(public_key_size + ciphertext);
        size = static_cast<byte>(2 + all[1]);
    }
};

// PLAINTEXT_3 (§5.4.2). Its members point into the message.
struct plaintext_3 {
    constexpr plaintext_3(bytes plaintext, std::size_t mac_size)
        : plaintext_3(item_reader{plaintext}, plaintext, mac_size) {}

    bytes all;
    bytes kid;
    bytes mac;      // MAC_3
    bytes ead;      // encoded
    bool is_valid;  // false: it is malformed, or has a critical EAD item

private:
    constexpr plaintext_3(item_reader in, bytes plaintext, std::size_t mac_size)
        : all(plaintext), kid(in.identifier()), mac(in.byte_string()), ead(in.rest()),
          is_valid(!in.failed() && mac.size() == mac_size && detail::skip_ead(in)) {}
};

}  // namespace mincoap::security::edhoc
