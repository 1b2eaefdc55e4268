// Flash for emulated boards that have none: pages of RAM that an emulator keeps over a reset, as no
// start-up code clears them. They behave as flash does. A board that was just switched on has zeros
// there, which is neither a number nor a key.
#pragma once

#include "../app/board.hpp"

extern "C" {
extern volatile std::uint32_t kept_ram_begin[];  // NOLINT(*-avoid-c-arrays): an address, from memory.ld
}

namespace kept_ram {

inline volatile std::uint32_t& at(unsigned page, std::size_t word) {
    return kept_ram_begin[page * board::flash_page_words + word];
}

inline std::uint32_t word(unsigned page, std::size_t index) { return at(page, index); }

inline void erase(unsigned page) {
    for (std::size_t i = 0; i < board::flash_page_words; ++i) at(page, i) = ~std::uint32_t{0};
}

inline void program(unsigned page, std::size_t index, std::uint32_t value) {
    at(page, index) = at(page, index) & value;
}

}  // namespace kept_ram
