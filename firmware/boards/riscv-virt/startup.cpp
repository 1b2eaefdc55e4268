// Runs from reset to firmware::main on a RISC-V in machine mode, and handles faults. The linker script names the
// sections and the stack. There are no interrupts: see board.cpp.
#include <cstdint>

#include "../../app/board.hpp"
#include "../../app/stack.hpp"

extern "C" {
extern std::uint32_t data_begin[], data_end[], data_source[], bss_begin[], bss_end[];  // NOLINT(*-avoid-c-arrays)

// The first instructions in flash. They set the two registers that a C++ function needs.
[[gnu::section(".vectors"), gnu::used, gnu::naked, noreturn]] void reset_handler() {
    asm volatile(".option push\n\t.option norelax\n\t"
                 "la gp, __global_pointer$\n\t"
                 ".option pop\n\t"
                 "la sp, stack_top\n\t"
                 "j start_program");
}

// Handles exceptions. The stack pointer may be invalid here, so it is set again.
[[gnu::naked, gnu::aligned(4), noreturn]] void fault_handler() { asm volatile("la sp, stack_top\n\tj tell_of_fault"); }

[[gnu::used, noreturn]] void tell_of_fault() {
    board::print("fault\n");
    board::fail();
}

// Physical memory protection (RISC-V privileged architecture 1.12, §3.7): the size of each entry is a power of two, in
// bytes. Locked entries also apply to machine mode. The first entry that contains an address decides.
enum access : std::uint32_t { none = 0, read_write = 3, read_execute = 5 };

constexpr std::uint32_t region(std::uint32_t begin, std::uint32_t size) { return begin >> 2 | (size / 8 - 1); }
constexpr std::uint32_t entry(unsigned number, access allowed) {
    constexpr std::uint32_t locked = 0x80, power_of_two = 0x18;
    return (locked | power_of_two | allowed) << 8 * number;
}

// Restricts memory to that of memory.ld, as on a part with no other memory. Writing to flash, executing from RAM and
// overflowing the stack are faults.
inline void lock_memory() {
    asm volatile("csrw pmpaddr0, %0" : : "r"(region(0x8000'0000, 256 * 1024)));
    asm volatile("csrw pmpaddr1, %0" : : "r"(region(0x8008'0000, 64 * 1024)));
    asm volatile("csrw pmpaddr2, %0" : : "r"(region(0x8009'0000, 4 * 1024)));
    asm volatile("csrw pmpaddr3, %0" : : "r"(region(0x8000'0000, 128 * 1024 * 1024)));
    asm volatile("csrw pmpcfg0, %0"
                 :
                 : "r"(entry(0, read_execute) | entry(1, read_write) | entry(2, read_write) | entry(3, none)));
}

inline std::uint32_t* stack_pointer() {
    std::uint32_t* now;
    asm volatile("mv %0, sp" : "=r"(now));
    return now;
}

// The compiler turns these loops into calls of memcpy and memset. Both functions may use only the stack.
[[gnu::used, noreturn]] void start_program() {
    asm volatile("csrw mtvec, %0" : : "r"(fault_handler));
    lock_memory();
    firmware::paint_stack(stack_pointer() - 8);
    const std::uint32_t* from = data_source;
    for (std::uint32_t* to = data_begin; to != data_end;) *to++ = *from++;
    for (std::uint32_t* to = bss_begin; to != bss_end;) *to++ = 0;
    firmware::main();
}
}
