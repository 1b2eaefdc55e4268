// Calls the functions of a cipher library that OSCORE calls, as often: `seal` and `open` once, and HKDF for a context's
// three keys. CCM and HKDF are the classes that are called, if any.
#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/security/hkdf.hpp>

#include "radio.hpp"

namespace {

using mincoap::byte;
namespace security = mincoap::security;

byte key[16], nonce[13], aad[30], message[64], secret[32];
volatile bool opened;

void run() {
    opened = false;
#ifdef CCM
    if (CCM::open(key, nonce, aad, message, security::tag_size)) opened = true;
    CCM::seal(key, nonce, aad, message, security::tag_size);
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
