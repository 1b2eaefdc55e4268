// The clock of the operating system, for `poll`.
#pragma once

#include <cstdint>

namespace mincoap::posix {

// Returns milliseconds since some moment, unaffected by changes of the date. They wrap around after
// 49.7 days.
std::uint32_t now_ms();

}  // namespace mincoap::posix
