// The client's side of EDHOC for tests (RFC 9528, method 3), written after the RFC and not after the
// responder. Also a key agreement that needs no cipher library. Without a test framework: a mistake throws.
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>

#include <mincoap/security/edhoc/suites.hpp>

#include "packet.hpp"

namespace mincoap::test {

// Powers of 7 modulo 2^31 - 1, in place of points on a curve. It counts the keys that it made and those
// that were overwritten.
struct toy_curve {
    struct private_key {
        std::array<byte, 32> scalar;
    };

    static inline std::uint32_t generated = 0;
    static inline std::uint32_t forgotten = 0;
    static inline bool has_entropy = true;

    static bool generate(private_key& key, byte* x32) {
        if (!has_entropy) return false;
        key = key_of(1000 + ++generated);
        copy_bytes(public_of(key).view().data(), 32, x32);
        return true;
    }
    static bool agree(const private_key& key, const byte* x32, byte* to32) {
        const std::uint64_t base = number_in(x32);
        const packet expected = encoded(static_cast<std::uint32_t>(base));
        if (!equal_bytes(x32, expected.view().data(), 32) || base == 0 || base >= prime) return false;
        const packet secret = encoded(power(base, number_in(key.scalar.data())));
        copy_bytes(secret.view().data(), 32, to32);
        return true;
    }
    static void forget(private_key& key) {
        if (key.scalar == std::array<byte, 32>{}) throw std::logic_error("the key was forgotten before");
        key.scalar = {};
        ++forgotten;
    }

    static private_key key_of(std::uint32_t number) {
        private_key key;
        copy_bytes(encoded(number).view().data(), 32, key.scalar.data());
        return key;
    }
    static packet public_of(const private_key& key) { return encoded(power(7, number_in(key.scalar.data()))); }

private:
    static constexpr std::uint64_t prime = 0x7fff'ffff;

    static std::uint32_t power(std::uint64_t base, std::uint32_t exponent) {
        std::uint64_t result = 1;
        for (; exponent != 0; exponent >>= 1, base = base * base % prime)
            if ((exponent & 1) != 0) result = result * base % prime;
        return static_cast<std::uint32_t>(result);
    }
    static packet encoded(std::uint32_t number) {
        packet p = filler(28, 0xc7);
        for (int shift = 24; shift >= 0; shift -= 8) p.append(static_cast<byte>(number >> shift));
        return p;
    }
    static std::uint32_t number_in(const byte* all) {
        std::uint32_t number = 0;
        for (std::size_t i = 28; i < 32; ++i) number = number << 8 | all[i];
        return number;
    }
};
static_assert(security::key_agreement<toy_curve>);

// One side with a static key.
struct party {
    toy_curve::private_key key;
    packet x, kid, ccs;

    // The key with that number. The claims set has a subject beside the key.
    static party make(std::uint32_t number, const packet& kid, std::string_view subject = "test") {
        const auto key = toy_curve::key_of(number);
        packet ccs = "a2 02";
        ccs.append(static_cast<byte>(0x60 + subject.size()));
        ccs = ccs + text_packet(subject) + "08 a1 01 a4 01 02 02";
        ccs.append(static_cast<byte>(0x40 + kid.size()));
        const packet x = toy_curve::public_of(key);
        return {.key = key, .x = x, .kid = kid, .ccs = ccs + kid + "20 01 21 58 20" + x};
    }
};

// `Cipher` hashes and encrypts.
template <security::crypto Cipher>
class basic_edhoc_initiator {
public:
    // Returns the shared secret of a scalar and a public key.
    using agreement = std::function<packet(const packet& scalar, const packet& x)>;

    static packet toy_agreement(const packet& scalar, const packet& x) {
        toy_curve::private_key key;
        copy_bytes(scalar.view().data(), 32, key.scalar.data());
        packet to = filler(32);
        if (!toy_curve::agree(key, x.view().data(), to.data())) throw std::logic_error("not a public key");
        return to;
    }

    // The ephemeral key has that number, which is another one for each session.
    basic_edhoc_initiator(const party& self, const party& server, std::uint32_t number)
        : agree(toy_agreement), static_scalar(bytes{self.key.scalar}), kid(self.kid), ccs(self.ccs), server_x(server.x),
          server_kid(server.kid), server_ccs(server.ccs) {
        const auto key = toy_curve::key_of(number);
        scalar = packet{bytes{key.scalar}};
        g_x = toy_curve::public_of(key);
    }
    basic_edhoc_initiator() = default;

    agreement agree;
    packet scalar, g_x, static_scalar, kid, ccs, server_x, server_kid, server_ccs;
    packet c_i = "05", suites_i = "02", method = "03", ead_1, ead_3;
    unsigned suite = 2;

    packet message_1() const { return method + suites_i + string(g_x) + identifier(c_i) + ead_1; }

    // Reads message_2. Returns false if it is not the server's.
    bool read(const packet& message_2) {
        if (message_2.size() < 2 + 32 || packet{message_2.view().first(1)} != "58") return false;
        const packet g_y{message_2.view().subspan(2, 32)};
        const packet ciphertext{message_2.view().subspan(34)};
        th = hash(string(g_y) + string(hash(message_1())));
        const packet prk_2e = hmac(th, agree(scalar, g_y));
        prk = hmac(kdf(prk_2e, 1, th, 32), agree(scalar, server_x));
        packet plaintext = kdf(prk_2e, 0, th, ciphertext.size());
        for (std::size_t i = 0; i < plaintext.size(); ++i) plaintext[i] ^= ciphertext[i];
        c_r = packet{plaintext.view().first(1)};
        const packet context = c_r + id_cred(server_kid) + string(th) + server_ccs;
        if (plaintext != c_r + identifier(server_kid) + string(kdf(prk, 2, context, mac_size()))) return false;
        th = hash(string(th) + plaintext + server_ccs);
        g_y_ = g_y;
        return true;
    }

    // CIPHERTEXT_3 as a byte string, and the secrets that follow.
    packet message_3() { return string(ciphertext_3(identifier(kid), std::nullopt)); }

    // The same with another identifier, and with another MAC if there is one.
    packet ciphertext_3(const packet& id, const std::optional<packet>& other_mac) {
        const packet prk_4e3m = hmac(kdf(prk, 5, th, 32), agree(static_scalar, g_y_));
        const packet mac = kdf(prk_4e3m, 6, id_cred(kid) + string(th) + ccs + ead_3, mac_size());
        const packet plaintext = id + string(other_mac.value_or(mac)) + ead_3;
        const packet prk_out = kdf(prk_4e3m, 7, hash(string(th) + plaintext + ccs), 32);
        const packet prk_exporter = kdf(prk_out, 10, "", 32);
        master_secret = kdf(prk_exporter, 0, "", 16);
        master_salt = kdf(prk_exporter, 1, "", 8);
        return seal(plaintext);
    }
    // Encrypts any plaintext as CIPHERTEXT_3.
    packet seal(const packet& plaintext) const {
        packet sealed = plaintext + filler(mac_size());
        const packet aad = "83 68 'Encrypt0' 40" + string(th);
        Cipher::seal(kdf(prk, 3, th, 16).data(), kdf(prk, 4, th, 13).data(), aad, {sealed.data(), sealed.size()},
                     mac_size());
        return sealed;
    }

    packet c_r, th, prk;
    packet master_secret, master_salt;

    static packet hash(const packet& of) {
        packet to = filler(32);
        const bytes one = of;
        Cipher::hash({&one, 1}, to.data());
        return to;
    }
    static packet hmac(const packet& key, const packet& of) {
        packet to = filler(32);
        const bytes one = of;
        Cipher::hmac(key, {&one, 1}, to.data());
        return to;
    }
    // EDHOC_KDF of up to 32 bytes.
    static packet kdf(const packet& prk, unsigned label, const packet& context, std::size_t size) {
        const packet info = head(0, label) + string(context) + head(0, size);
        return packet{hmac(prk, info + "01").view().first(size)};
    }
    static packet string(const packet& value) { return head(2, value.size()) + value; }

    // RFC 9528 §3.3.2
    static packet identifier(const packet& id) {
        const bool is_integer = id.size() == 1 && (id[0] < 0x18 || (id[0] >= 0x20 && id[0] < 0x38));
        return is_integer ? id : string(id);
    }
    static packet id_cred(const packet& kid) { return "a1 04" + string(kid); }

private:
    static packet head(unsigned major, std::size_t argument) {
        packet p;
        const auto put = [&](std::size_t b) { p.append(static_cast<byte>(b)); };
        if (argument < 24) return put(major << 5 | argument), p;
        put(major << 5 | (argument < 256 ? 24U : 25U));
        if (argument >= 256) put(argument >> 8);
        return put(argument & 0xff), p;
    }
    std::size_t mac_size() const { return suite % 2 == 0 ? 8 : 16; }

    packet g_y_;
};

}  // namespace mincoap::test
