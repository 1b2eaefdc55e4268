// Keys from the operating system's random numbers.
#pragma once

#include <array>
#include <cstdint>

namespace mincoap::posix {

// Returns 128 unpredictable bits, as the key of an `echo_guard`. Waits until the system has
// gathered enough entropy after its start. Ends the program if the system has no entropy, because
// the program could not be safe.
std::array<std::uint32_t, 4> random_key();

}  // namespace mincoap::posix
