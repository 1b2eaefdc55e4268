#include "lan9118.hpp"

#include <lwip/pbuf.h>

namespace {

// Registers of the MAC, behind mac_csr_cmd.
constexpr std::uint32_t mac_cr = 1, addr_high = 2, addr_low = 3;
constexpr std::uint32_t full_duplex = 1U << 20, pass_multicast = 1U << 19, tx_enable = 1U << 3, rx_enable = 1U << 2;

constexpr std::uint32_t csr_busy = 1U << 31, csr_read = 1U << 30;
constexpr std::uint32_t frame_check_size = 4;
constexpr std::uint32_t rx_error = 1U << 15;
constexpr std::uint32_t fast_forward = 1U << 31;

// The FIFOs take words. lwIP's buffers begin at a word, with the padding in front of the frame.
static_assert(ETH_PAD_SIZE < 4 && MEM_ALIGNMENT % 4 == 0);

std::uint32_t words_of(std::uint32_t bytes) { return (bytes + 3) / 4; }

}  // namespace

bool lan9118::start() {
    constexpr std::uint32_t soft_reset = 1;
    if (read(byte_test) != 0x8765'4321) return false;
    write(hw_cfg, soft_reset);
    while ((read(hw_cfg) & soft_reset) != 0) {}
    write(int_en, 0);
    write(int_sts, ~0U);
    write(fifo_int, 0x4800'0000);            // an interrupt from the first frame on
    write(irq_cfg, 1U << 8 | 1U << 4 | 1U);  // enabled, active high, push-pull
    write(rx_cfg, ETH_PAD_SIZE << 8);        // frames begin behind padding, too
    write(tx_cfg, 2);                        // TX_ON
    write_mac(mac_cr, full_duplex | pass_multicast | tx_enable | rx_enable);
    return true;
}

void lan9118::read_hardware_address(std::uint8_t (&address)[6]) {
    const std::uint32_t low = read_mac(addr_low), high = read_mac(addr_high);
    for (unsigned i = 0; i < 4; ++i) address[i] = static_cast<std::uint8_t>(low >> 8 * i);
    for (unsigned i = 0; i < 2; ++i) address[4 + i] = static_cast<std::uint8_t>(high >> 8 * i);
}

bool lan9118::has_frame() const { return (read(rx_fifo_inf) >> 16 & 0xff) != 0; }

pbuf* lan9118::receive() {
    if (!has_frame()) return nullptr;
    const std::uint32_t status = read(rx_status);
    const std::uint32_t size = status >> 16 & 0x3fff;
    const std::uint32_t words = words_of(ETH_PAD_SIZE + size);
    const bool good = (status & rx_error) == 0 && size > frame_check_size;
    const auto wanted = static_cast<u16_t>(ETH_PAD_SIZE + size - frame_check_size);
    pbuf* const frame = good ? pbuf_alloc(PBUF_RAW, wanted, PBUF_POOL) : nullptr;
    if (frame == nullptr) {
        ++dropped;
        skip(words);
        return nullptr;
    }
    std::uint32_t left = words;
    for (pbuf* part = frame; part != nullptr; part = part->next) {
        auto* to = static_cast<std::uint32_t*>(part->payload);
        for (std::uint32_t count = words_of(part->len); count != 0; --count, --left) *to++ = read(rx_data);
    }
    for (; left != 0; --left) read(rx_data);
    ++received;
    return frame;
}

// The controller can drop the rest of a frame at once if it is four words or more.
void lan9118::skip(std::uint32_t words) {
    if (words >= 4) {
        write(rx_dp_ctrl, fast_forward);
        while ((read(rx_dp_ctrl) & fast_forward) != 0) {}
    } else {
        for (; words != 0; --words) read(rx_data);
    }
}

// Each part of a frame is a buffer with its own offset in its first word.
bool lan9118::send(const pbuf* frame) {
    constexpr std::uint32_t first = 1U << 13, last = 1U << 12;
    const std::uint32_t size = frame->tot_len - ETH_PAD_SIZE;
    const std::uint32_t room = read(tx_fifo_inf) & 0xffff;
    if (size + 64 > room) return false;
    std::uint32_t padding = ETH_PAD_SIZE, segment = first;
    for (const pbuf* part = frame; part != nullptr; part = part->next) {
        const auto begin = reinterpret_cast<std::uintptr_t>(part->payload) + padding;
        const std::uint32_t length = part->len - padding;
        const std::uint32_t offset = begin % 4;
        write(tx_data, offset << 16 | segment | (part->next == nullptr ? last : 0) | length);
        write(tx_data, size << 16 | size);
        const auto* from = reinterpret_cast<const std::uint32_t*>(begin - offset);
        for (std::uint32_t count = words_of(offset + length); count != 0; --count) write(tx_data, *from++);
        padding = 0;
        segment = 0;
    }
    while ((read(tx_fifo_inf) >> 16 & 0xff) != 0) read(tx_status);
    ++sent;
    return true;
}

std::uint32_t lan9118::read_mac(std::uint32_t index) {
    write(mac_csr_cmd, csr_busy | csr_read | index);
    while ((read(mac_csr_cmd) & csr_busy) != 0) {}
    return read(mac_csr_data);
}

void lan9118::write_mac(std::uint32_t index, std::uint32_t value) {
    write(mac_csr_data, value);
    write(mac_csr_cmd, csr_busy | index);
    while ((read(mac_csr_cmd) & csr_busy) != 0) {}
}
