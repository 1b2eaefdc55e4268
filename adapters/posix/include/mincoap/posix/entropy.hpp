// Keys from the operating system's random numbers.
#pragma once

#include <array>
#include <cstdint>

namespace mincoap::posix {

// 128 bits that nobody can predict, as an `echo_guard` wants them. Waits until the system has gathered enough entropy
// after its start; a system that has none to give ends the program, since nothing that it did would be safe.
std::array<std::uint32_t, 4> random_key();

}  // namespace mincoap::posix
