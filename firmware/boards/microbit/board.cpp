// BBC micro:bit, the first one: an nRF51822, a Cortex-M0 with 16 K of RAM. Its network is SLIP (RFC 1055) on the serial
// line. As QEMU has it: -M microbit. The numbers are those of Nordic's nRF51 Series Reference Manual.
#include "../../app/board.hpp"

#include <lwip/netif.h>
#include <lwip/sio.h>
#include <netif/slipif.h>

#include "../../cortex-m/vectors.hpp"
#include "../../drivers/semihosting.hpp"

namespace board {
namespace {

using cortex_m::reg;

constexpr std::uintptr_t uart = 0x4000'2000, timer = 0x4000'8000, alarm = 0x4000'9000, rng = 0x4000'd000,
                         gpio = 0x5000'0000;

// Every peripheral has these.
constexpr std::uintptr_t enable_interrupts = 0x304;

namespace uart_at {
constexpr std::uintptr_t start_rx = uart, start_tx = uart + 8, rx_ready = uart + 0x108, tx_ready = uart + 0x11c,
                         enable = uart + 0x500, rx = uart + 0x518, tx = uart + 0x51c, baud_rate = uart + 0x524;
}
namespace timer_at {
constexpr std::uintptr_t start = timer, compared = timer + 0x140, shortcuts = timer + 0x200, bit_mode = timer + 0x508,
                         prescaler = timer + 0x510, compare = timer + 0x540;
}

namespace alarm_at {
constexpr std::uintptr_t start = alarm, stop = alarm + 4, clear = alarm + 12, compared = alarm + 0x140,
                         shortcuts = alarm + 0x200, bit_mode = alarm + 0x508, prescaler = alarm + 0x510,
                         compare = alarm + 0x540;
}

// A LED of the matrix: its row is high, its column low.
constexpr std::uint32_t row = 1U << 13, column = 1U << 4;
constexpr std::uintptr_t gpio_out = gpio + 0x504, gpio_set = gpio + 0x508, gpio_clear = gpio + 0x50c,
                         gpio_outputs = gpio + 0x518;

// ---- the clock

constexpr std::uint32_t tick_ms = 10;
volatile std::uint32_t ticks = 0;

void start_clock() {
    reg(timer_at::bit_mode) = 3;   // 32 bits
    reg(timer_at::prescaler) = 4;  // 1 MHz
    reg(timer_at::compare) = 1000 * tick_ms;
    reg(timer_at::shortcuts) = 1;  // begins anew then
    reg(timer + enable_interrupts) = 1U << 16;
    reg(timer_at::start) = 1;
    cortex_m::enable_interrupt(8);
}

volatile bool has_rung = false;  // the alarm

// ---- what came by the serial line, between the interrupt that puts it there and the loop that takes it

constexpr std::uint32_t queue_size = 256;
constexpr std::uint8_t end_of_packet = 0xc0;
volatile std::uint8_t queue[queue_size];
volatile std::uint32_t put_count = 0, taken_count = 0;

// Counts packets that lost a byte, and notes if the current packet is already counted.
volatile std::uint32_t damaged = 0;
volatile bool is_damaged = false;

void note_loss() {
    if (!is_damaged) damaged = damaged + 1;
    is_damaged = true;
}

void start_serial() {
    reg(uart_at::baud_rate) = 0x01d7'e000;  // 115,200
    reg(uart_at::enable) = 4;
    reg(uart_at::start_rx) = 1;
    reg(uart_at::start_tx) = 1;
    reg(uart + enable_interrupts) = 1U << 2;  // RXDRDY
    cortex_m::enable_interrupt(2);
}

frames packets{};

netif_input_fn ip_input = nullptr;
netif_output_fn slip_output = nullptr;

err_t count_and_take(pbuf* packet, netif* interface) {
    ++packets.received;
    return ip_input(packet, interface);
}

err_t count_and_send(netif* interface, pbuf* packet, const ip4_addr_t* to) {
    ++packets.sent;
    return slip_output(interface, packet, to);
}

}  // namespace

extern "C" void on_timer_interrupt() {
    reg(timer_at::compared) = 0;
    ticks = ticks + 1;
}

extern "C" void on_alarm_interrupt() {
    reg(alarm_at::compared) = 0;
    has_rung = true;
}

extern "C" void on_network_interrupt() {
    while (reg(uart_at::rx_ready) != 0) {
        reg(uart_at::rx_ready) = 0;
        const auto next = static_cast<std::uint8_t>(reg(uart_at::rx));
        if (put_count - taken_count == queue_size) {
            note_loss();
        } else {
            queue[put_count % queue_size] = next;
            put_count = put_count + 1;
            if (next == end_of_packet) is_damaged = false;
        }
    }
}

void start() {
    reg(gpio_outputs) = row | column;
    start_clock();
    start_serial();
}

std::uint32_t now_ms() { return ticks * tick_ms; }

std::uint32_t random() {
    constexpr std::uintptr_t start = rng, stop = rng + 4, ready = rng + 0x100, correction = rng + 0x504,
                             value = rng + 0x508;
    std::uint32_t number = 0;
    reg(correction) = 1;  // slower, and as many ones as zeros
    reg(start) = 1;
    for (int i = 0; i < 4; ++i) {
        while (reg(ready) == 0) {}
        reg(ready) = 0;
        number = number << 8 | (reg(value) & 0xff);
    }
    reg(stop) = 1;  // it takes power
    return number;
}

// A tick of the clock ends the sleep after 10 ms.
void sleep(std::uint32_t) {
    cortex_m::sleep_unless([] { return has_rung || put_count != taken_count; });
}

void set_alarm(std::uint32_t after_ms) {
    reg(alarm_at::stop) = 1;
    reg(alarm_at::clear) = 1;
    reg(alarm_at::compared) = 0;
    has_rung = false;
    reg(alarm_at::bit_mode) = 0;   // 16 bits
    reg(alarm_at::prescaler) = 9;  // 31,250 Hz
    reg(alarm_at::compare) = after_ms * 125 / 4;
    reg(alarm_at::shortcuts) = 1U << 8;  // stops then
    reg(alarm + enable_interrupts) = 1U << 16;
    cortex_m::enable_interrupt(9);
    reg(alarm_at::start) = 1;
}

bool alarm_rang() {
    if (!has_rung) return false;
    has_rung = false;
    return true;
}

bool led() { return (reg(gpio_out) & row) != 0; }
void set_led(bool on) { reg(on ? gpio_set : gpio_clear) = row; }

// The serial line is the network's.
void print(std::string_view text) { semihosting::print(text); }
std::string_view options() { return semihosting::arguments(); }
void fail() { semihosting::exit(3); }

// ---- the last pages of the flash

namespace {

constexpr std::uintptr_t nvmc = 0x4001'e000, nvmc_ready = nvmc + 0x400, nvmc_mode = nvmc + 0x504,
                         nvmc_erase_page = nvmc + 0x508;
enum nvmc_modes : std::uint32_t { may_read, may_program, may_erase };

constexpr std::uintptr_t flash_address(unsigned page, std::size_t at) {
    constexpr std::uintptr_t first_page = 253 * 1024;  // see memory.ld
    return first_page + (page * flash_page_words + at) * sizeof(std::uint32_t);
}

// Writes to a register or to flash. The processor stops while the flash is busy.
void write_in(nvmc_modes mode, std::uintptr_t address, std::uint32_t value) {
    reg(nvmc_mode) = mode;
    reg(address) = value;
    while (reg(nvmc_ready) == 0) {}
    reg(nvmc_mode) = may_read;
}

}  // namespace

std::uint32_t flash_word(unsigned page, std::size_t at) { return reg(flash_address(page, at)); }
void erase_flash(unsigned page) { write_in(may_erase, nvmc_erase_page, flash_address(page, 0)); }
void program_flash(unsigned page, std::size_t at, std::uint32_t value) {
    write_in(may_program, flash_address(page, at), value);
}

// ---- the network

err_t init_interface(netif* interface) {
    interface->state = nullptr;  // slipif's number of the serial line
    const err_t error = slipif_init(interface);
    ip_input = interface->input;
    interface->input = count_and_take;
    slip_output = interface->output;
    interface->output = count_and_send;
    return error;
}

bool feed(netif& interface) {
    if (put_count == taken_count) return false;
    slipif_poll(&interface);
    return true;
}

frames counted() { return {packets.received, packets.sent, damaged}; }

}  // namespace board

// ---- lwIP's serial line

extern "C" sio_fd_t sio_open(u8_t) { return const_cast<std::uint8_t*>(board::queue); }

extern "C" void sio_send(u8_t c, sio_fd_t) {
    cortex_m::reg(board::uart_at::tx_ready) = 0;
    cortex_m::reg(board::uart_at::tx) = c;
    while (cortex_m::reg(board::uart_at::tx_ready) == 0) {}
}

// Gives lwIP one byte per call. Returns 0 once after the end of a packet: the server then answers that packet before
// the next one takes memory.
extern "C" u32_t sio_tryread(sio_fd_t, u8_t* data, u32_t) {
    static bool is_behind_end = false;
    if (is_behind_end || board::taken_count == board::put_count) return is_behind_end = false, 0;
    *data = board::queue[board::taken_count % board::queue_size];
    board::taken_count = board::taken_count + 1;
    is_behind_end = *data == board::end_of_packet;
    return 1;
}
