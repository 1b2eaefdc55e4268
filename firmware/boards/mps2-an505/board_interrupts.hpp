// Interrupts of the MPS2 with AN505.
#pragma once

namespace board {

extern "C" void on_network_interrupt();
extern "C" void on_alarm_interrupt();

inline constexpr unsigned interrupts = 96;
inline constexpr struct {
    unsigned number;
    void (*handler)();
} handlers[] = {{48, on_network_interrupt}, {3, on_alarm_interrupt}};

}  // namespace board
