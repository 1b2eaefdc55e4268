// The clock of the operating system, as `poll` wants it.
#pragma once

#include <cstdint>

namespace mincoap::posix {

// Milliseconds since some moment, whatever becomes of the date. They wrap around after 49.7 days.
std::uint32_t now_ms();

}  // namespace mincoap::posix
