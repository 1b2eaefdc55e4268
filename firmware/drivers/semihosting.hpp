// Services that an emulator or a debugger offers to the program it runs (Arm's "Semihosting for AArch32 and AArch64",
// and its counterpart for RISC-V). Without either, each call is a fault. Use it on emulated boards only.
#pragma once

#include <cstdint>
#include <string_view>

#include "../app/words.hpp"

namespace semihosting {

enum operation : std::uint32_t { write_character = 0x03, get_command_line = 0x15, exit_extended = 0x20 };

#ifdef __riscv
// A breakpoint between two instructions without effect. All three are uncompressed, in one page of memory.
inline std::uint32_t call(operation what, void* arguments) {
    register std::uint32_t a0 asm("a0") = what;
    register void* a1 asm("a1") = arguments;
    asm volatile(".option push\n\t.option norvc\n\t.balign 16\n\t"
                 "slli x0, x0, 0x1f\n\tebreak\n\tsrai x0, x0, 7\n\t"
                 ".option pop"
                 : "+r"(a0)
                 : "r"(a1)
                 : "memory");
    return a0;
}
#else
inline std::uint32_t call(operation what, void* arguments) {
    register std::uint32_t r0 asm("r0") = what;
    register void* r1 asm("r1") = arguments;
    asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}
#endif

// Returns the words behind -semihosting-config arg=..., without the first one. Each call fills the same static memory
// with the same text.
inline std::string_view arguments() {
    static char line[256];
    struct {
        char* begin;
        std::uint32_t size;
    } block{line, sizeof line};
    if (call(get_command_line, &block) != 0) return {};
    return firmware::split({line, block.size}, ' ').after;
}

inline void print(std::string_view text) {
    for (char c : text) call(write_character, &c);
}

// Ends the emulator with an exit status.
[[noreturn]] inline void exit(std::uint32_t status) {
    std::uint32_t block[2] = {0x20026, status};  // ADP_Stopped_ApplicationExit
    for (;;) call(exit_extended, block);
}

}  // namespace semihosting
