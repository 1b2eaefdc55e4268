#include <mincoap/posix/clock.hpp>

#include <ctime>

namespace mincoap::posix {

static std::timespec monotonic_time() {
    std::timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now;
}

std::uint32_t now_ms() {
    const std::timespec now = monotonic_time();
    return static_cast<std::uint32_t>(now.tv_sec) * 1000 + static_cast<std::uint32_t>(now.tv_nsec / 1'000'000);
}

std::uint32_t now_us() {
    const std::timespec now = monotonic_time();
    return static_cast<std::uint32_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint32_t>(now.tv_nsec / 1000);
}

}  // namespace mincoap::posix
