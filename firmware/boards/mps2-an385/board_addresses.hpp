// Arm MPS2 with the FPGA's image AN385: a Cortex-M3. As QEMU has it: -M mps2-an385.
#pragma once

#include <cstdint>

namespace board {

inline constexpr std::uint32_t clock_hz = 25'000'000;
inline constexpr std::uintptr_t alarm = 0x4000'0000;  // timer 0
inline constexpr std::uintptr_t uart = 0x4000'4000;
inline constexpr std::uintptr_t fpgaio = 0x4002'8000;
inline constexpr std::uintptr_t lan9118_base = 0x4020'0000;

}  // namespace board
