// QEMU's generic RISC-V machine, -M virt, with two interfaces of virtio. The CPU never takes an interrupt. Interrupts
// stay disabled as a whole, but a pending one still ends a WFI (RISC-V privileged architecture 1.12, §3.3.3).
#include "../../app/board.hpp"

#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/netif.h>

#include "../../drivers/kept_ram.hpp"
#include "../../drivers/semihosting.hpp"
#include "../../drivers/virtio_net.hpp"
#include "../../drivers/xorshift.hpp"

namespace board {
namespace {

constexpr std::uintptr_t clint = 0x200'0000, plic = 0xc00'0000, uart = 0x1000'0000, rtc = 0x10'1000;

// A register at an address. Every access happens, and in this order.
template <typename Word = std::uint32_t>
volatile Word& reg(std::uintptr_t address) {
    return *reinterpret_cast<volatile Word*>(address);  // NOLINT(*-int-to-ptr)
}

// ---- the clock: 10 MHz, 64 bits

constexpr std::uint32_t ticks_per_ms = 10'000;
constexpr std::uintptr_t mtimecmp = clint + 0x4000, mtime = clint + 0xbff8;

std::uint64_t now() {
    std::uint32_t low, high;
    do {
        high = reg(mtime + 4);
        low = reg(mtime);
    } while (reg(mtime + 4) != high);  // a carry came in between
    return std::uint64_t{high} << 32 | low;
}

// A time that never comes while there is no alarm.
constexpr std::uint64_t never = ~std::uint64_t{0};
std::uint64_t alarm = never;

// The comparison must not match a half-written number, so the high word is out of reach in between.
void wake_in_ms(std::uint32_t ms) {
    const std::uint64_t latest = now() + std::uint64_t{ms} * ticks_per_ms;
    const std::uint64_t then = alarm < latest ? alarm : latest;
    reg(mtimecmp + 4) = ~0U;
    reg(mtimecmp) = static_cast<std::uint32_t>(then);
    reg(mtimecmp + 4) = static_cast<std::uint32_t>(then >> 32);
}

// ---- interrupts of devices, to hart 0 in machine mode

constexpr std::uintptr_t plic_enable = plic + 0x2000, plic_claim = plic + 0x20'0004;

void enable_interrupt(unsigned number) {
    reg(plic + 4 * number) = 1;  // a priority above the threshold, 0
    reg(plic_enable) = reg(plic_enable) | 1U << number;
}

// ---- interfaces

constexpr std::uintptr_t registers_of(unsigned interface) { return 0x1000'1000 + 0x1000 * interface; }
constexpr unsigned interrupt_of(unsigned interface) { return 1 + interface; }

constinit virtio_net ethernet[interfaces];

virtio_net& driver_of(const netif& interface) { return *static_cast<virtio_net*>(interface.state); }

err_t send_frame(netif* interface, pbuf* frame) { return driver_of(*interface).send(frame); }

bool is_led_on = false;  // there is none to be seen

}  // namespace

void start() {
    constexpr std::uint32_t timer = 1U << 7, external = 1U << 11;
    asm volatile("csrw mie, %0" : : "r"(timer | external));
}

// Requires calls more often than the low word of the time wraps around.
std::uint32_t now_ms() {
    static std::uint32_t ms = 0, then = 0;
    const std::uint32_t passed = (reg(mtime) - then) / ticks_per_ms;
    then += passed * ticks_per_ms;
    return ms += passed;
}

// This machine has no source of randomness. Uses the nanoseconds of the date.
std::uint32_t random() { return xorshift(reg(rtc)); }

// An interrupt stays pending from the arrival of its frame until this function. So a frame that arrived after `feed`
// ends the WFI at once.
void sleep(std::uint32_t most_ms) {
    wake_in_ms(most_ms);
    asm volatile("fence\n\twfi" ::: "memory");
    while (const unsigned interrupt = reg(plic_claim)) {
        ethernet[interrupt - interrupt_of(0)].acknowledge();  // there are no others
        reg(plic_claim) = interrupt;
    }
}

// No interrupt handler sets a flag here. The pending interrupt ends the sleep, and the clock tells if the alarm is due.
void set_alarm(std::uint32_t after_ms) { alarm = now() + std::uint64_t{after_ms} * ticks_per_ms; }
bool alarm_rang() {
    if (now() < alarm) return false;
    alarm = never;
    return true;
}

bool led() { return is_led_on; }
void set_led(bool on) { is_led_on = on; }

void print(std::string_view text) {
    constexpr std::uint8_t transmitter_empty = 1U << 5;
    for (const char c : text) {
        while ((reg<std::uint8_t>(uart + 5) & transmitter_empty) == 0) {}
        reg<std::uint8_t>(uart) = static_cast<std::uint8_t>(c);
    }
}

std::string_view options() { return semihosting::arguments(); }

void fail() { semihosting::exit(3); }

std::uint32_t flash_word(unsigned page, std::size_t at) { return kept_ram::word(page, at); }
void erase_flash(unsigned page) { kept_ram::erase(page); }
void program_flash(unsigned page, std::size_t at, std::uint32_t value) { kept_ram::program(page, at, value); }

// ---- the network

err_t init_interface(netif* interface) {
    static unsigned next = 0;
    const unsigned number = next++;
    virtio_net& driver = ethernet[number];
    interface->state = &driver;
    if (!driver.start(registers_of(number))) return ERR_IF;
    interface->mtu = 1500;
    interface->hwaddr_len = sizeof interface->hwaddr;
    driver.read_hardware_address(interface->hwaddr);
    interface->flags =
        NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
    interface->linkoutput = send_frame;
    interface->output = etharp_output;
    interface->output_ip6 = ethip6_output;
    enable_interrupt(interrupt_of(number));
    return ERR_OK;
}

bool feed(netif& interface) {
    virtio_net& driver = driver_of(interface);
    driver.free_sent();
    if (!driver.has_frame()) return false;
    pbuf* const frame = driver.receive();
    if (frame != nullptr && interface.input(frame, &interface) != ERR_OK) pbuf_free(frame);
    return true;
}

frames counted() {
    frames all{};
    for (const virtio_net& driver : ethernet) {
        all.received += driver.received;
        all.sent += driver.sent;
        all.dropped += driver.dropped;
    }
    return all;
}

}  // namespace board
