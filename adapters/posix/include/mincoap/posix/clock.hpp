// The clock of the operating system, for `poll` and for the layer `metrics`.
#pragma once

#include <cstdint>

namespace mincoap::posix {

// Returns milliseconds since some moment, unaffected by changes of the date. They wrap around after
// 49.7 days.
std::uint32_t now_ms();

// Returns microseconds of the same clock, to measure short times. They wrap around after 71 minutes.
std::uint32_t now_us();

}  // namespace mincoap::posix
