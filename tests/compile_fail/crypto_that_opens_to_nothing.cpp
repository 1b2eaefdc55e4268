// A forged message would be taken for a good one.
#include <mincoap/security/hkdf.hpp>

struct cipher : mincoap::security::crypto_archetype {
    static void open(const mincoap::byte*, const mincoap::byte*, mincoap::bytes, mincoap::mutable_bytes, std::size_t) {}
};

int main() {
    mincoap::byte key[32];
    mincoap::security::hkdf_extract<cipher>({}, {}, key);
}
