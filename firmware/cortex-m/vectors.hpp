// The vector table of a Cortex-M, and those of its core peripherals that the firmware uses.
#pragma once

#include <cstddef>
#include <cstdint>

#include "board_interrupts.hpp"

extern "C" {
[[noreturn]] void reset_handler();
[[noreturn]] void fault_handler();
}

namespace cortex_m {

using handler = void (*)();

// Exception numbers minus one, because the initial stack pointer comes first.
enum exception : std::size_t { reset = 0, systick = 14, exception_count = 15 };

template <std::size_t Interrupts>
struct vector_table {
    std::uint32_t* initial_stack;
    handler exceptions[exception_count];
    handler interrupts[Interrupts];
};

// A register at an address. Every access happens, and in this order.
inline volatile std::uint32_t& reg(std::uintptr_t address) {
    return *reinterpret_cast<volatile std::uint32_t*>(address);  // NOLINT(*-int-to-ptr)
}

// ---- SysTick: the clock

inline constexpr std::uint32_t tick_ms = 10;

void start_systick(std::uint32_t ticks_per_second);
std::uint32_t now_ms();
extern "C" void systick_handler();

// ---- interrupts

inline void enable_interrupt(unsigned number) { reg(0xe000'e100 + number / 32 * 4) = 1U << number % 32; }

// Sleeps until an interrupt, unless `has_work` returns true. `has_work` may unmask interrupts. An interrupt that comes
// after its start ends the sleep at once, because the handler runs only after the sleep.
template <typename HasWork>
void sleep_unless(HasWork has_work) {
    asm volatile("cpsid i" ::: "memory");
    if (!has_work()) asm volatile("dsb\n\twfi" ::: "memory");
    asm volatile("cpsie i" ::: "memory");
}

}  // namespace cortex_m
