// Measures how deep the stack has been. Start-up code paints it before main.
#pragma once

#include <cstddef>
#include <cstdint>

// From the linker script. The stack grows down from the top.
extern "C" {
extern std::uint32_t stack_bottom[];  // NOLINT(*-avoid-c-arrays)
extern std::uint32_t stack_top[];     // NOLINT(*-avoid-c-arrays)
}

namespace firmware {

inline constexpr std::uint32_t unused_stack = 0x5aa5'5aa5;

// Overwrites the unused part of the stack. `now` is the stack pointer.
inline void paint_stack(std::uint32_t* now) {
    for (std::uint32_t* word = stack_bottom; word != now; ++word) *word = unused_stack;
}

inline std::size_t stack_size() { return static_cast<std::size_t>(stack_top - stack_bottom) * sizeof *stack_top; }

// Returns the largest number of bytes that were in use at a time.
inline std::size_t stack_high_water() {
    const std::uint32_t* word = stack_bottom;
    while (word != stack_top && *word == unused_stack) ++word;
    return static_cast<std::size_t>(stack_top - word) * sizeof *word;
}

}  // namespace firmware
