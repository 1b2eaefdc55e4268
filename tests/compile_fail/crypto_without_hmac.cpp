// OSCORE could not make a key.
#include <mincoap/security/hkdf.hpp>

using mincoap::byte;
using mincoap::bytes;

struct cipher {
    static void seal(const byte*, const byte*, bytes, mincoap::mutable_bytes, std::size_t) {}
    static bool open(const byte*, const byte*, bytes, mincoap::mutable_bytes, std::size_t) { return false; }
    static void hash(std::span<const bytes>, byte*) {}
};

int main() {
    byte key[32];
    mincoap::security::hkdf_extract<cipher>({}, {}, key);
}
