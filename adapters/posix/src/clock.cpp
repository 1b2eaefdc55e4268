#include <mincoap/posix/clock.hpp>

#include <ctime>

namespace mincoap::posix {

std::uint32_t now_ms() {
    std::timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint32_t>(now.tv_sec) * 1000 + static_cast<std::uint32_t>(now.tv_nsec / 1'000'000);
}

}  // namespace mincoap::posix
