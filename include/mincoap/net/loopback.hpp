// An in-memory socket: what a test puts in is received, what the server sends can be read back. It is also the
// complete fake: it blocks, fails and truncates on demand.
#pragma once

#include <mincoap/net/udp_socket.hpp>

namespace mincoap::net {

// Holds up to `Depth` datagrams of up to `Capacity` bytes in each direction; more are refused.
template <std::size_t Capacity = 1280, std::size_t Depth = 4>
class loopback {
public:
    struct datagram {
        arrival about;
        std::array<byte, Capacity> storage;

        constexpr bytes content() const { return {storage.data(), about.size}; }
    };

    status receive_status = status::would_block;  // what `receive` answers when nothing is there
    status send_status = status::done;            // what `send` answers; only `done` delivers

    // Puts a datagram in for `receive`. False if there is no room.
    constexpr bool deliver(bytes data, const arrival& about) { return incoming_.push(data, about); }

    // The oldest datagram that was sent and not yet taken; null if there is none. Valid until the next call that
    // sends.
    constexpr const datagram* take() { return outgoing_.pop(); }

    constexpr status receive(mutable_bytes buffer, arrival& in) {
        const datagram* const next = incoming_.pop();
        if (next == nullptr) return receive_status;
        in = next->about;
        in.truncated = in.truncated || in.size > buffer.size();
        in.size = in.size < buffer.size() ? in.size : buffer.size();
        copy_bytes(next->storage.data(), in.size, buffer.data());
        return status::done;
    }

    constexpr status send(bytes data, const path& way) {
        if (send_status != status::done) return send_status;
        if (data.size() > Capacity) return status::done;  // it will never fit: lost on the way
        return outgoing_.push(data, {.path = way}) ? status::done : status::would_block;
    }

private:
    class queue {
    public:
        constexpr bool push(bytes data, const arrival& about) {
            if (count_ == Depth || data.size() > Capacity) return false;
            datagram& slot = slots_[(first_ + count_++) % Depth];
            slot.about = about;
            slot.about.size = data.size();
            copy_bytes(data.data(), data.size(), slot.storage.data());
            return true;
        }
        constexpr const datagram* pop() {
            if (count_ == 0) return nullptr;
            const datagram* const slot = &slots_[first_];
            first_ = (first_ + 1) % Depth;
            --count_;
            return slot;
        }

    private:
        std::array<datagram, Depth> slots_{};
        std::size_t first_ = 0;
        std::size_t count_ = 0;
    };

    queue incoming_;
    queue outgoing_;
};
static_assert(udp_socket<loopback<>>);

}  // namespace mincoap::net
