// mincoap has no object of the class.
#include <mincoap/security/hkdf.hpp>

struct cipher : mincoap::security::crypto_archetype {
    void seal(const mincoap::byte*, const mincoap::byte*, mincoap::bytes, mincoap::mutable_bytes, std::size_t) {}
};

int main() {
    mincoap::byte key[32];
    mincoap::security::hkdf_extract<cipher>({}, {}, key);
}
