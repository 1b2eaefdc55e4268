// Interrupts of the MPS2 with AN385.
#pragma once

namespace board {

inline constexpr unsigned interrupts = 32;
inline constexpr unsigned network_interrupt = 13;
extern "C" void on_network_interrupt();

}  // namespace board
