// Calls the functions of a cipher library that OSCORE calls, as often: `seal` and `open` once, and HKDF for a context's
// three keys; and those of a key exchange. CCM, HKDF and ECDH are the classes that are called, if any.
#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/bearssl/ecdh.hpp>
#include <mincoap/security/hkdf.hpp>

#include "radio.hpp"

namespace {

using mincoap::byte;
namespace security = mincoap::security;

byte key[16], nonce[13], aad[30], message[64], secret[32];
volatile bool opened;

#ifdef ECDH
struct board_random {
    static bool fill(mincoap::mutable_bytes to) { return radio_random(to.data(), to.size()), true; }
};
#endif

void run() {
    opened = false;
#ifdef CCM
    if (CCM::open(key, nonce, aad, message, security::tag_size)) opened = true;
    CCM::seal(key, nonce, aad, message, security::tag_size);
#endif
#ifdef ECDH
    ECDH<board_random>::private_key ephemeral;
    if (ECDH<board_random>::generate(ephemeral, message) && ECDH<board_random>::agree(ephemeral, secret, message))
        opened = true;
    ECDH<board_random>::forget(ephemeral);
#endif
#ifdef HKDF
    byte prk[security::hash_size];
    security::hkdf_extract<HKDF>(aad, secret, prk);
    const mincoap::mutable_bytes keys[] = {key, nonce, message};
    for (const mincoap::mutable_bytes to : keys) security::hkdf_expand<HKDF>(prk, {aad}, to);
#endif
}

}  // namespace

int main() {
    for (;;) {
        radio_random(key, sizeof key);
        radio_random(nonce, sizeof nonce);
        radio_random(aad, sizeof aad);
        radio_random(message, sizeof message);
        radio_random(secret, sizeof secret);
        run();
        radio_send(message, sizeof message, nullptr);
    }
}
