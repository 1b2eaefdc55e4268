// The functions that a board supplies to the firmware. docs/porting.md explains them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

struct netif;

namespace firmware {

// Called by the start-up code.
[[noreturn]] void main();

}  // namespace firmware

namespace board {

// Starts clocks, pins, the console and a timer. Called once, before any other function, with .data and .bss in place.
void start();

// Milliseconds since the start, modulo 2^32; steps of up to 10 ms are fine.
std::uint32_t now_ms();

// A random number: from the hardware, or at least different at each start.
std::uint32_t random();

// Waits for an interrupt in the lowest power mode that keeps the clock going and the network
// awake. Returns at once if a frame came since `feed` last reported none, or if the alarm rang
// since `alarm_rang` last returned false. Returns after `most_ms` at the latest, plus a step of the
// clock, which is at most 100 ms because lwIP has timers.
void sleep(std::uint32_t most_ms);

// Starts a timer that rings once, after `after_ms` milliseconds, 1 to 2000. Replaces an alarm that
// has not rung.
void set_alarm(std::uint32_t after_ms);

// Returns true once after the alarm has rung.
bool alarm_rang();

void set_led(bool on);
bool led();

// Prints text on the console, if there is one. Waits while the console is busy.
void print(std::string_view text);

// Returns options for this start, such as "ip=192.0.2.1"; see network.hpp. It is empty on most boards. The text stays
// valid and does not change.
std::string_view options();

// Ends the firmware after it has reported a fault. Most boards reset.
[[noreturn]] void fail();

// ---- flash for keys and numbers: three pages that no image occupies

inline constexpr std::size_t flash_page_words = 256;

// Returns a word of the page 0, 1 or 2. Their content outlasts a reset.
std::uint32_t flash_word(unsigned page, std::size_t at);

// Sets all bits of a page.
void erase_flash(unsigned page);

// Clears the bits of a word that are 0 in `value`.
void program_flash(unsigned page, std::size_t at, std::uint32_t value);

// ---- the network

inline constexpr unsigned interfaces = BOARD_INTERFACES;

// Sets MTU, hardware address, flags and output functions of an interface. Their numbers start at 0. This is a
// netif_init_fn of lwIP.
signed char init_interface(netif* interface);

// Passes one received frame to interface.input. Returns false if there is none.
bool feed(netif& interface);

struct frames {
    std::uint32_t received, sent, dropped;  // dropped: damaged, or no memory for it
};
frames counted();

}  // namespace board
