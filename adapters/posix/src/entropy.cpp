#include <mincoap/posix/entropy.hpp>

#include <cstdlib>

#include <unistd.h>

namespace mincoap::posix {

std::array<std::uint32_t, 4> random_key() {
    std::array<std::uint32_t, 4> key{};
    if (getentropy(key.data(), sizeof key) != 0) std::abort();
    return key;
}

}  // namespace mincoap::posix
