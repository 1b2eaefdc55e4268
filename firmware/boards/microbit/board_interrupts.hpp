// Interrupts of the nRF51822 on a micro:bit.
#pragma once

namespace board {

extern "C" void on_network_interrupt();
extern "C" void on_timer_interrupt();
extern "C" void on_alarm_interrupt();

inline constexpr unsigned interrupts = 32;
inline constexpr struct {
    unsigned number;
    void (*handler)();
} handlers[] = {{2, on_network_interrupt}, {8, on_timer_interrupt}, {9, on_alarm_interrupt}};

}  // namespace board
