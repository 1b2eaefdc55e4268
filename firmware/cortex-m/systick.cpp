#include "vectors.hpp"

namespace cortex_m {
namespace {

volatile std::uint32_t ticks = 0;

}  // namespace

void start_systick(std::uint32_t ticks_per_second) {
    reg(0xe000'e014) = ticks_per_second / (1000 / tick_ms) - 1;  // SYST_RVR
    reg(0xe000'e018) = 0;                                        // SYST_CVR
    reg(0xe000'e010) = 7;  // SYST_CSR: of the processor's clock, with its interrupt
}

std::uint32_t now_ms() { return ticks * tick_ms; }

extern "C" void systick_handler() { ticks = ticks + 1; }

}  // namespace cortex_m
