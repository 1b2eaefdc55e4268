// The Ethernet interface of a virtual machine: a virtio network device behind memory-mapped registers (virtio 1.1,
// §4.2.2 and §5.1). The device reads and writes lwIP's own buffers. Received frames are not copied. A frame to
// send is copied only if it is in pieces or in volatile memory.
#pragma once

#include <cstdint>

#include <lwip/err.h>

struct pbuf;

// A queue of frames that belong to the device: "split virtqueue", §2.6. Each frame takes two descriptors, one of them
// for virtio's header in front of the frame. A new queue is all zeros, so it takes no flash.
class frame_queue {
public:
    static constexpr std::uint16_t frames = 4, size = 2 * frames;

    // Call it once, before the other functions.
    void start();

    // The addresses of the queue's parts, for the device.
    const void* descriptors() const { return descriptors_; }
    const volatile void* available() const { return &available_; }
    const volatile void* used() const { return &used_; }

    void want_no_interrupts() { available_.flags = 1; }

    bool is_full() const { return static_cast<std::uint16_t>(given_ - taken_) == frames; }

    // Gives the device a frame of one piece, ETH_PAD_SIZE included. The device owns the frame until take().
    // `device_writes` tells whether the device writes it. Requires !is_full().
    void give(pbuf* frame, bool device_writes);

    bool has_done() const { return used_.count != taken_; }

    // Takes back a frame that the device has processed. Requires has_done(). Sets `size` to the number of bytes that
    // the device wrote, header included.
    pbuf* take(std::uint32_t& size);

private:
    struct descriptor {
        std::uint32_t address, address_high, size;
        std::uint16_t flags, next;
    };
    struct ring_of_available {
        std::uint16_t flags, count, ring[size];
    };
    struct ring_of_used {
        std::uint16_t flags, count;
        struct {
            std::uint32_t first, size;
        } ring[size];
    };

    alignas(16) descriptor descriptors_[size];
    volatile ring_of_available available_;
    alignas(4) volatile ring_of_used used_;
    std::uint8_t header_[12];  // all zero when sent; ignored when received
    pbuf* held_[frames];
    std::uint16_t given_, taken_;
    std::uint16_t free_, next_free_[frames];  // a list, since the device may be done with frames in any order
};

class virtio_net {
public:
    // Resets the device and starts both directions. Returns false if there is no such device at these registers, or if
    // lwIP has no memory.
    bool start(std::uintptr_t registers);

    void read_hardware_address(std::uint8_t (&address)[6]) const;

    // Returns the next frame. Requires that there is one. Returns null if it drops the frame, and counts that.
    pbuf* receive();
    bool has_frame() const { return in_.has_done(); }

    // Sends a frame from lwIP, ETH_PAD_SIZE included. Returns ERR_MEM if the queue is full or lwIP has no memory.
    err_t send(pbuf* frame);

    // Returns the memory of sent frames to lwIP. Call it from time to time.
    void free_sent();

    // Received frames raise the interrupt, which is level-triggered.
    void acknowledge();

    std::uint32_t received;
    std::uint32_t sent;
    std::uint32_t dropped;

private:
    enum register_at : std::uintptr_t {
        magic = 0x00,
        version = 0x04,
        device_kind = 0x08,
        device_features = 0x10,
        device_features_select = 0x14,
        driver_features = 0x20,
        driver_features_select = 0x24,
        queue_select = 0x30,
        queue_size = 0x38,
        queue_ready = 0x44,
        queue_notify = 0x50,
        interrupt_status = 0x60,
        interrupt_acknowledge = 0x64,
        status = 0x70,
        queue_descriptors = 0x80,
        queue_available = 0x90,
        queue_used = 0xa0,
        hardware_address = 0x100,
    };
    enum queue_number : std::uint32_t { receive_queue = 0, transmit_queue = 1 };

    std::uint32_t read(register_at at) const { return *reinterpret_cast<const volatile std::uint32_t*>(base_ + at); }
    void write(register_at at, std::uint32_t value) { *reinterpret_cast<volatile std::uint32_t*>(base_ + at) = value; }
    bool agree_on_features();
    void start_queue(queue_number number, frame_queue& queue);
    bool lend_buffers();

    std::uintptr_t base_;
    frame_queue in_, out_;
};
