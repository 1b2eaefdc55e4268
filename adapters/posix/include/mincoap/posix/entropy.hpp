// The operating system's random numbers.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace mincoap::posix {

// Returns 128 unpredictable bits, as the key of an `echo_guard`. Waits until the system has
// gathered enough entropy after its start. Ends the program if the system has no entropy, because
// the program could not be safe.
std::array<std::uint32_t, 4> random_key();

// A security::random_source, for the keys of a key exchange.
struct random_bytes {
    // Fills `to` with unpredictable bytes. Waits as `random_key` does. Returns false if the system has no
    // entropy.
    [[nodiscard]] static bool fill(std::span<std::uint8_t> to);
};

}  // namespace mincoap::posix
