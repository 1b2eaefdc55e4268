// Arm MPS2 with the FPGA's image AN505: a Cortex-M33. As QEMU has it: -M mps2-an505.
#pragma once

#include <cstdint>

namespace board {

inline constexpr std::uint32_t clock_hz = 20'000'000;
inline constexpr std::uintptr_t alarm = 0x5000'0000;  // timer 0
inline constexpr std::uintptr_t uart = 0x5020'0000;
inline constexpr std::uintptr_t fpgaio = 0x5030'2000;
inline constexpr std::uintptr_t lan9118_base = 0x5200'0000;

}  // namespace board
