// A hash over a transcript has several pieces.
#include <mincoap/security/hkdf.hpp>

struct cipher : mincoap::security::crypto_archetype {
    static void hash(mincoap::bytes, mincoap::byte*) {}
};

int main() {
    mincoap::byte key[32];
    const mincoap::bytes info[1]{};
    mincoap::security::hkdf_expand<cipher>(key, info, key);
}
