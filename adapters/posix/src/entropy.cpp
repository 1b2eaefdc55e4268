#include <mincoap/posix/entropy.hpp>

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

namespace mincoap::posix {

std::array<std::uint32_t, 4> random_key() {
    std::array<std::uint32_t, 4> key{};
    if (getentropy(key.data(), sizeof key) != 0) std::abort();
    return key;
}

bool random_bytes::fill(std::span<std::uint8_t> to) {
    constexpr std::size_t at_once = 256;  // the most that getentropy(3) gives
    while (!to.empty()) {
        const auto part = to.first(std::min(to.size(), at_once));
        if (getentropy(part.data(), part.size()) != 0) return false;
        to = to.subspan(part.size());
    }
    return true;
}

}  // namespace mincoap::posix
