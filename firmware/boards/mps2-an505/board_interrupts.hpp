// Interrupts of the MPS2 with AN505.
#pragma once

namespace board {

inline constexpr unsigned interrupts = 96;
inline constexpr unsigned network_interrupt = 48;
extern "C" void on_network_interrupt();

}  // namespace board
