// From reset to firmware::main on a Cortex-M, and what happens after a fault. The linker script names the sections and
// the stack.
#include <cstdint>

#include "../app/board.hpp"
#include "../app/stack.hpp"
#include "vectors.hpp"

extern "C" {
extern std::uint32_t data_begin[], data_end[], data_source[], bss_begin[], bss_end[];  // NOLINT(*-avoid-c-arrays)

// Where the compiler was told that the processor has no unaligned accesses, those are faults; some that have them can
// be told.
inline void trap_unaligned_accesses() {
#ifndef __ARM_FEATURE_UNALIGNED
    constexpr std::uint32_t configuration_and_control = 0xe000'ed14, unalign_trap = 1U << 3;
    cortex_m::reg(configuration_and_control) = cortex_m::reg(configuration_and_control) | unalign_trap;
#endif
}

// The compiler makes calls of memcpy and memset of these loops; both may use the stack, and nothing else.
[[noreturn]] void reset_handler() {
    trap_unaligned_accesses();
    firmware::paint_stack(static_cast<std::uint32_t*>(__builtin_frame_address(0)) - 8);
    const std::uint32_t* from = data_source;
    for (std::uint32_t* to = data_begin; to != data_end;) *to++ = *from++;
    for (std::uint32_t* to = bss_begin; to != bss_end;) *to++ = 0;
    firmware::main();
}

// Faults, and unexpected interrupts. An overflow of the stack ends here, too: below it there is no memory. So
// nothing may be stored before the stack pointer is of use again, which only a function without a prologue promises.
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
