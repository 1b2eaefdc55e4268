// Arm MPS2: a Cortex-M, a LAN9118, two LEDs, a UART. board_addresses.hpp
// has the parts that depend on the FPGA's image.
#include "../app/board.hpp"

#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/netif.h>

#include "../cortex-m/vectors.hpp"
#include "../drivers/kept_ram.hpp"
#include "../drivers/lan9118.hpp"
#include "../drivers/semihosting.hpp"
#include "../drivers/xorshift.hpp"
#include "board_addresses.hpp"

namespace board {
namespace {

using cortex_m::reg;

constexpr std::uintptr_t uart_data = uart, uart_state = uart + 4, uart_control = uart + 8, uart_divider = uart + 0x10;
constexpr std::uintptr_t leds = fpgaio, counter = fpgaio + 0x18;

constexpr std::uintptr_t alarm_control = alarm, alarm_value = alarm + 4, alarm_reload = alarm + 8,
                         alarm_clear = alarm + 12;
volatile bool has_rung = false;

constinit lan9118 ethernet{lan9118_base};

err_t send_frame(netif*, pbuf* frame) {
    if (ethernet.send(frame)) return ERR_OK;
    return ERR_MEM;
}

}  // namespace

void start() {
    reg(uart_divider) = clock_hz / 115'200;
    reg(uart_control) = 1;  // transmits
    cortex_m::start_systick(clock_hz);
}

std::uint32_t now_ms() { return cortex_m::now_ms(); }

// This board has no source of randomness. Uses a counter whose phase depends on earlier events.
std::uint32_t random() { return xorshift(reg(counter)); }

// SysTick ends the sleep after 10 ms.
void sleep(std::uint32_t) {
    cortex_m::sleep_unless([] {
        ethernet.unmask();
        return has_rung || ethernet.has_frame();
    });
}

// A timer of CMSDK counts down to 0.
void set_alarm(std::uint32_t after_ms) {
    reg(alarm_control) = 0;
    reg(alarm_clear) = 1;
    has_rung = false;
    reg(alarm_reload) = clock_hz / 1000 * after_ms;
    reg(alarm_value) = clock_hz / 1000 * after_ms;
    cortex_m::enable_interrupt(handlers[1].number);
    reg(alarm_control) = 1U << 3 | 1;  // starts, with an interrupt at 0
}

extern "C" void on_alarm_interrupt() {
    reg(alarm_control) = 0;
    reg(alarm_clear) = 1;
    has_rung = true;
}

bool alarm_rang() {
    if (!has_rung) return false;
    has_rung = false;
    return true;
}

bool led() { return (reg(leds) & 1) != 0; }
void set_led(bool on) { reg(leds) = (reg(leds) & ~1U) | (on ? 1U : 0U); }

void print(std::string_view text) {
    for (const char c : text) {
        while ((reg(uart_state) & 1) != 0) {}
        reg(uart_data) = static_cast<unsigned char>(c);
    }
}

std::string_view options() { return semihosting::arguments(); }

void fail() { semihosting::exit(3); }

std::uint32_t flash_word(unsigned page, std::size_t at) { return kept_ram::word(page, at); }
void erase_flash(unsigned page) { kept_ram::erase(page); }
void program_flash(unsigned page, std::size_t at, std::uint32_t value) { kept_ram::program(page, at, value); }

// ---- the network

err_t init_interface(netif* interface) {
    if (!ethernet.start()) return ERR_IF;
    interface->mtu = 1500;
    interface->hwaddr_len = sizeof interface->hwaddr;
    ethernet.read_hardware_address(interface->hwaddr);
    interface->flags =
        NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
    interface->linkoutput = send_frame;
    interface->output = etharp_output;
    interface->output_ip6 = ethip6_output;
    cortex_m::enable_interrupt(handlers[0].number);
    return ERR_OK;
}

bool feed(netif& interface) {
    if (!ethernet.has_frame()) return false;
    pbuf* const frame = ethernet.receive();
    if (frame != nullptr && interface.input(frame, &interface) != ERR_OK) pbuf_free(frame);
    return true;
}

frames counted() { return {ethernet.received, ethernet.sent, ethernet.dropped}; }

extern "C" void on_network_interrupt() { ethernet.mask(); }

}  // namespace board
