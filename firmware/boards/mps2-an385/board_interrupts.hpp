// Interrupts of the MPS2 with AN385.
#pragma once

namespace board {

extern "C" void on_network_interrupt();
extern "C" void on_alarm_interrupt();

inline constexpr unsigned interrupts = 32;
inline constexpr struct {
    unsigned number;
    void (*handler)();
} handlers[] = {{13, on_network_interrupt}, {8, on_alarm_interrupt}};

}  // namespace board
