// Driver for the Ethernet controller SMSC LAN9118 and similar ones. It polls, and an interrupt ends the sleep.
// DS60001145 is its data sheet.
#pragma once

#include <cstdint>

struct netif;
struct pbuf;

class lan9118 {
public:
    explicit constexpr lan9118(std::uintptr_t base) : base_(base) {}

    // Resets the controller and starts both directions. Interrupts come once unmasked. Returns false if there is no
    // controller at this address.
    bool start();

    void read_hardware_address(std::uint8_t (&address)[6]);

    // Returns the next frame, or null if there is none. Also returns null for a damaged frame and if lwIP has no
    // memory, and counts both.
    pbuf* receive();
    bool has_frame() const;

    // Sends a frame from lwIP, which includes ETH_PAD_SIZE. Returns false if the FIFO is full.
    bool send(const pbuf* frame);

    // The interrupt handler masks the interrupt, and the board unmasks it before it sleeps. The controller keeps the
    // interrupt pending even after the frame was read. unmask() clears it, so call has_frame() once more afterwards.
    void mask() { write(int_en, 0); }
    void unmask() {
        write(int_sts, rx_status_level);
        write(int_en, rx_status_level);
    }

    std::uint32_t received = 0;
    std::uint32_t sent = 0;
    std::uint32_t dropped = 0;

private:
    enum register_at : std::uintptr_t {
        rx_data = 0x00,
        tx_data = 0x20,
        rx_status = 0x40,
        tx_status = 0x48,
        irq_cfg = 0x54,
        int_sts = 0x58,
        int_en = 0x5c,
        byte_test = 0x64,
        fifo_int = 0x68,
        rx_cfg = 0x6c,
        tx_cfg = 0x70,
        hw_cfg = 0x74,
        rx_dp_ctrl = 0x78,
        rx_fifo_inf = 0x7c,
        tx_fifo_inf = 0x80,
        mac_csr_cmd = 0xa4,
        mac_csr_data = 0xa8,
    };
    static constexpr std::uint32_t rx_status_level = 1U << 3;

    std::uint32_t read(register_at at) const { return *reinterpret_cast<const volatile std::uint32_t*>(base_ + at); }
    void write(register_at at, std::uint32_t value) { *reinterpret_cast<volatile std::uint32_t*>(base_ + at) = value; }
    std::uint32_t read_mac(std::uint32_t index);
    void write_mac(std::uint32_t index, std::uint32_t value);
    void skip(std::uint32_t words);

    std::uintptr_t base_;
};
