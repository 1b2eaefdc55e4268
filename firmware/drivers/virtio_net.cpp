#include "virtio_net.hpp"

#include <lwip/pbuf.h>

namespace {

// Orders memory accesses: the device sees writes before the barrier ahead of those after it, and the same applies to
// reads (§2.6.13).
void barrier() { asm volatile("fence" ::: "memory"); }

std::uint32_t address_of(const volatile void* at) {
    return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(at));
}

// Returns a frame in one piece that does not change while the device reads it. It is a copy if the frame is in several
// pieces or in volatile memory. Returns null if there is no memory for the copy.
pbuf* lasting(pbuf* frame) {
    const bool is_volatile = (frame->type_internal & PBUF_TYPE_FLAG_DATA_VOLATILE) != 0;
    if (frame->next != nullptr || is_volatile) return pbuf_clone(PBUF_RAW, PBUF_RAM, frame);
    pbuf_ref(frame);
    return frame;
}

pbuf* new_buffer() { return pbuf_alloc(PBUF_RAW, PBUF_POOL_BUFSIZE, PBUF_POOL); }

constexpr std::uint32_t header_size = 12;

}  // namespace

// ---- the queue

void frame_queue::start() {
    for (std::uint16_t slot = 0; slot < frames; ++slot) next_free_[slot] = static_cast<std::uint16_t>(slot + 1);
}

void frame_queue::give(pbuf* frame, bool device_writes) {
    constexpr std::uint16_t has_next = 1, writable = 2;
    const std::uint16_t slot = free_, flags = device_writes ? writable : 0;
    const auto first = static_cast<std::uint16_t>(2 * slot), second = static_cast<std::uint16_t>(first + 1);
    free_ = next_free_[slot];
    held_[slot] = frame;
    descriptors_[first] = {address_of(header_), 0, header_size, static_cast<std::uint16_t>(flags | has_next), second};
    descriptors_[second] = {address_of(frame->payload) + ETH_PAD_SIZE, 0, std::uint32_t{frame->len} - ETH_PAD_SIZE,
                            flags, 0};
    available_.ring[given_ % size] = first;
    barrier();
    available_.count = ++given_;
    barrier();
}

pbuf* frame_queue::take(std::uint32_t& size_written) {
    barrier();
    const auto& done = used_.ring[taken_ % size];
    size_written = done.size;
    const auto slot = static_cast<std::uint16_t>(done.first / 2 % frames);
    next_free_[slot] = free_;
    free_ = slot;
    ++taken_;
    return held_[slot];
}

// ---- the device

// The steps are those of §3.1.1.
bool virtio_net::start(std::uintptr_t registers) {
    constexpr std::uint32_t network = 1, modern = 2;
    constexpr std::uint32_t acknowledged = 1, has_driver = 2, driver_ok = 4, features_ok = 8;
    base_ = registers;
    if (read(magic) != 0x7472'6976 || read(version) != modern || read(device_kind) != network) return false;
    write(status, 0);
    write(status, acknowledged | has_driver);
    if (!agree_on_features()) return false;
    write(status, acknowledged | has_driver | features_ok);
    if ((read(status) & features_ok) == 0) return false;
    start_queue(receive_queue, in_);
    start_queue(transmit_queue, out_);
    out_.want_no_interrupts();
    write(status, acknowledged | has_driver | features_ok | driver_ok);
    return lend_buffers();
}

// Accepts two features: the hardware address, and version 1. The device also offers checksums and others.
bool virtio_net::agree_on_features() {
    constexpr std::uint32_t wanted[2] = {1U << 5, 1U << (32 - 32)};
    for (std::uint32_t word = 0; word < 2; ++word) {
        write(device_features_select, word);
        if ((read(device_features) & wanted[word]) != wanted[word]) return false;
        write(driver_features_select, word);
        write(driver_features, wanted[word]);
    }
    return true;
}

// The high words of the addresses are zero after the reset.
void virtio_net::start_queue(queue_number number, frame_queue& queue) {
    queue.start();
    write(queue_select, number);
    write(queue_size, frame_queue::size);
    write(queue_descriptors, address_of(queue.descriptors()));
    write(queue_available, address_of(queue.available()));
    write(queue_used, address_of(queue.used()));
    write(queue_ready, 1);
}

bool virtio_net::lend_buffers() {
    while (!in_.is_full()) {
        pbuf* const buffer = new_buffer();
        if (buffer == nullptr) return false;
        in_.give(buffer, true);
    }
    write(queue_notify, receive_queue);
    return true;
}

void virtio_net::read_hardware_address(std::uint8_t (&address)[6]) const {
    const auto* from = reinterpret_cast<const volatile std::uint8_t*>(base_ + hardware_address);
    for (std::uint8_t& part : address) part = *from++;
}

// The device always has the same number of buffers. A buffer without a replacement goes back to the device, and its
// frame is dropped.
pbuf* virtio_net::receive() {
    std::uint32_t size = 0;
    pbuf* frame = in_.take(size);
    pbuf* const other = size > header_size ? new_buffer() : nullptr;
    in_.give(other != nullptr ? other : frame, true);
    write(queue_notify, receive_queue);
    if (other == nullptr) return ++dropped, nullptr;
    pbuf_realloc(frame, static_cast<u16_t>(ETH_PAD_SIZE + size - header_size));
    ++received;
    return frame;
}

err_t virtio_net::send(pbuf* frame) {
    free_sent();
    pbuf* const given = out_.is_full() ? nullptr : lasting(frame);
    if (given == nullptr) return ERR_MEM;
    out_.give(given, false);
    write(queue_notify, transmit_queue);
    ++sent;
    return ERR_OK;
}

void virtio_net::free_sent() {
    std::uint32_t unused = 0;
    while (out_.has_done()) pbuf_free(out_.take(unused));
}

void virtio_net::acknowledge() { write(interrupt_acknowledge, read(interrupt_status)); }
