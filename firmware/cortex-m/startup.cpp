// Runs from reset to firmware::main on a Cortex-M, and handles faults. The linker script names the sections and the
// stack.
#include <cstdint>

#include "../app/board.hpp"
#include "../app/stack.hpp"
#include "vectors.hpp"

extern "C" {
extern std::uint32_t data_begin[], data_end[], data_source[], bss_begin[], bss_end[];  // NOLINT(*-avoid-c-arrays)

// Makes unaligned accesses faults if the image is compiled for a processor without them. Some processors that support
// such accesses can trap them.
inline void trap_unaligned_accesses() {
#ifndef __ARM_FEATURE_UNALIGNED
    constexpr std::uint32_t configuration_and_control = 0xe000'ed14, unalign_trap = 1U << 3;
    cortex_m::reg(configuration_and_control) = cortex_m::reg(configuration_and_control) | unalign_trap;
#endif
}

// The compiler turns these loops into calls of memcpy and memset. Both functions may use only the stack.
[[noreturn]] void reset_handler() {
    trap_unaligned_accesses();
    firmware::paint_stack(static_cast<std::uint32_t*>(__builtin_frame_address(0)) - 8);
    const std::uint32_t* from = data_source;
    for (std::uint32_t* to = data_begin; to != data_end;) *to++ = *from++;
    for (std::uint32_t* to = bss_begin; to != bss_end;) *to++ = 0;
    firmware::main();
}

// Handles faults and unexpected interrupts. A stack overflow ends here, too, because there is no memory below the
// stack. The function must set the stack pointer before it stores any value, and only a function without a prologue
// ensures that.
[[gnu::naked, noreturn]] void fault_handler() {
    asm volatile("ldr r0, =stack_top\n\tmsr msp, r0\n\tbl tell_of_fault\n\t.ltorg");
}

[[gnu::used, noreturn]] void tell_of_fault() {
    board::print("fault\n");
    board::fail();
}
}

[[gnu::section(".vectors"), gnu::used]] constinit const cortex_m::vector_table<board::interrupts> vectors = [] {
    cortex_m::vector_table<board::interrupts> table{};
    table.initial_stack = stack_top;
    for (auto& handler : table.exceptions) handler = fault_handler;
    for (auto& handler : table.interrupts) handler = fault_handler;
    table.exceptions[cortex_m::reset] = reset_handler;
    table.exceptions[cortex_m::systick] = cortex_m::systick_handler;
    for (const auto& [number, handler] : board::handlers) table.interrupts[number] = handler;
    return table;
}();
