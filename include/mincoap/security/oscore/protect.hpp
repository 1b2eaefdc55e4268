// Opens requests and seals responses, in place (RFC 8613 §5, §8.2, §8.3).
//
//     request    [hdr][token][outer options][ff][ code | options | ff | payload ][tag]
//     opened     [hdr][token][options | ff | payload]
//
//     answer     [hdr][token][options | ff | payload]
//     response   [hdr][token][Observe][OSCORE][ff][ code | options | ff | payload ][tag]
//
// An opened request is at least 13 bytes smaller than it was. A sealed response is up to
// `max_overhead` bytes larger.
#pragma once

#include <mincoap/message/view.hpp>
#include <mincoap/security/oscore/context.hpp>

namespace mincoap::security::oscore {

// Writes the nonce (§5.2) for a Partial IV, and for the Sender ID of the one who made it.
constexpr void make_nonce(const context& of, bytes id, const partial_iv& number, byte* nonce13) {
    copy_bytes(of.common_iv.data(), nonce_size, nonce13);
    nonce13[0] ^= static_cast<byte>(id.size());
    byte* to = nonce13 + nonce_size - max_number_size - id.size();
    for (const byte b : id) *to++ ^= b;
    for (const byte b : number.padded()) *to++ ^= b;
}

// The additional authenticated data (§5.4) of a request and of each response to it.
class additional_data {
public:
    constexpr void make(bytes kid, bytes number) {
        copy_bytes(prefix.data(), prefix.size(), all_.data());
        all_[length_at] = static_cast<byte>(all_[length_at] + kid.size() + number.size());
        detail::small_cbor to{all_.data() + prefix.size()};
        to.string(kid);
        to.string(number);
        to.put(0x40);  // no options of class I
        size_ = static_cast<std::size_t>(to.at - all_.data());
    }
    constexpr bytes value() const { return bytes{all_}.first(size_); }

    // The beginning of all additional data (RFC 9052 §5.3): ["Encrypt0", h'', external_aad].
    static constexpr bytes encrypt0() { return bytes{prefix}.first(length_at); }
    static constexpr std::size_t encrypt0_size = 11;

private:
    // ["Encrypt0", h'', external_aad] and its [1, [alg_aead], request_kid, request_piv, options], whose
    // length without the two strings is 7.
    static constexpr std::array<byte, 16> prefix{
        0x83, 0x68, 'E',  'n',      'c',  'r',  'y',  'p',
        't',  '0',  0x40, 0x40 + 7, 0x85, 0x01, 0x81, detail::aes_ccm_16_64_128};
    static constexpr std::size_t length_at = encrypt0_size;

    std::array<byte, prefix.size() + 1 + max_id_size + 1 + max_number_size + 1> all_;
    std::size_t size_;
};

// The inputs of the cipher for a request, and for the response that uses its nonce. Not initialized.
struct cipher_input {
    std::array<byte, nonce_size> nonce;
    additional_data aad;

    // Makes those for the request with that number.
    [[gnu::noinline]] constexpr void make(const context& of, std::uint64_t number) {
        const partial_iv piv{number};
        aad.make(of.recipient_id(), piv.value());
        make_nonce(of, of.recipient_id(), piv, nonce.data());
    }
};

// ---- A request

enum class open_result : byte {
    opened,
    replayed,  // the number was accepted before
    forged,    // the tag is wrong, or there is none
};

// Checks and decrypts a request in place: `sealed` is the payload of the message, with the tag.
// Nothing of the context changes unless the tag is right. Then the number is accepted, once.
template <crypto C>
[[nodiscard]] open_result open(context& with, std::uint64_t number, const cipher_input& in,
                               const mutable_bytes& sealed) {
    if (!with.window.is_new(number)) return open_result::replayed;
    if (sealed.size() < 1 + tag_size) return open_result::forged;
    if (!C::open(with.recipient_key.data(), in.nonce.data(), in.aad.value(), sealed, tag_size))
        return open_result::forged;
    with.window.accept(number);
    return open_result::opened;
}

// Makes a message of an opened request: moves the code into the header, and the rest down to the
// end of the token. `opened` lies in the same message, with the bytes of the tag. Returns the size
// of the message in bytes.
[[nodiscard]] constexpr std::size_t unwrap(byte* message, std::size_t token_end, bytes opened) {
    const std::size_t rest = opened.size() - 1 - tag_size;
    message[1] = opened[0];
    move_down(opened.data() + 1, rest, message + token_end);
    return token_end + rest;
}

// ---- A response

// By how many bytes a sealed response is larger, at most: the heads of Observe and OSCORE, the
// option's flags and its number, the marker, the code and the tag.
inline constexpr std::size_t max_overhead = 1 + 1 + 1 + max_number_size + 1 + 1 + tag_size;

namespace detail {

// The Observe option of a notification.
struct observe_option {
    static constexpr std::size_t none = 4;

    std::size_t size = none;  // of its value
    std::array<byte, 3> value{};

    constexpr std::size_t outer_size() const { return size == none ? 0 : 1 + size; }

    // Takes the value out of the message, which keeps an empty option (§4.1.3.5.2). In front of it there
    // are short options at most.
    void take_from(byte* options, byte*& end) {
        unsigned left = number_of(option::observe);
        for (byte* at = options; at < end && *at >> 4U <= left && (*at & 15) <= 12; at += 1 + (*at & 15)) {
            left -= static_cast<unsigned>(*at >> 4U);
            if (left == 0) return empty(at, end);
        }
    }
    byte* write(byte* to) const {
        if (size == none) return to;
        *to++ = static_cast<byte>(number_of(option::observe) << 4 | size);
        copy_bytes(value.data(), size, to);
        return to + size;
    }
    // The number of the OSCORE option less that of the option in front.
    unsigned delta_of_next() const {
        return number_of(option::oscore) - (size == none ? 0U : number_of(option::observe));
    }

private:
    void empty(byte* head, byte*& end) {
        const std::size_t taken = *head & 15U;
        if (taken > value.size()) return;
        size = taken;
        copy_bytes(head + 1, taken, value.data());
        *head = static_cast<byte>(*head & 0xf0);
        end -= taken;
        move_down(head + 1 + taken, static_cast<std::size_t>(end - head) - 1, head + 1);
    }
};

}  // namespace detail

// Encrypts the answer in the first `size` bytes of the message, and makes a response of it with that
// outer code. Behind it there are `max_overhead` bytes of room.
//   with       the context of the request
//   in         the cipher's inputs for the request
//   message    the answer; its header and token stay
//   token_end  the size of the header and the token, in bytes
//   size       the size of the answer, in bytes
//   outer      the code outside
//   number     a sequence number of the server's own, taken for this response; null: the response is
//              encrypted under the request's nonce. That is allowed once for a request (§8.3).
// Returns the size of the response in bytes.
template <crypto C>
[[nodiscard]] std::size_t seal(const context& with, cipher_input& in, const partial_iv* number, byte* message,
                               std::size_t token_end, std::size_t size, code outer) {
    if (number != nullptr) make_nonce(with, with.sender_id(), *number, in.nonce.data());
    byte* const options = message + token_end;
    byte* end = message + size;
    detail::observe_option observe;
    observe.take_from(options, end);
    const std::size_t option_size = response_option_size(number);
    const std::size_t front = observe.outer_size() + 1 + option_size + 1;
    const auto inner = static_cast<std::size_t>(end - options);
    move_up(options, inner, options + front + 1);
    byte* to = observe.write(options);
    *to++ = static_cast<byte>(observe.delta_of_next() << 4 | option_size);
    to = write_response_option(to, number);
    *to++ = message::payload_marker;
    *to = message[1];
    C::seal(with.sender_key.data(), in.nonce.data(), in.aad.value(), {to, 1 + inner + tag_size}, tag_size);
    message[1] = static_cast<byte>(outer);
    return token_end + front + 1 + inner + tag_size;
}

}  // namespace mincoap::security::oscore
