// An in-memory socket for tests. The server receives the datagrams that a test puts in, and the
// test reads back the datagrams that the server sends. It is also a complete fake: it blocks,
// fails, truncates and lends on demand.
#pragma once

#include <mincoap/net/udp_socket.hpp>

namespace mincoap::net {

// Holds up to `Depth` datagrams of up to `Capacity` bytes in each direction, and refuses more. With
// `Lends`, the socket lends its own memory if the datagram fits the storage. It lends `Capacity`
// bytes, or fewer if the storage is smaller. It overwrites memory that the caller has given back,
// so that a test notices if the caller still uses it.
template <std::size_t Capacity = 1280, std::size_t Depth = 4, bool Lends = false>
class loopback {
    static_assert(!Lends || Capacity >= min_lent_size, "mincoap: a socket lends at least 40 bytes");

public:
    struct datagram {
        net::arrival arrival;
        std::array<byte, Capacity> storage;

        constexpr bytes content() const { return {storage.data(), arrival.size}; }
    };

    status receive_status = status::would_block;  // returned by `receive` without a datagram
    status send_status = status::done;            // returned by `send`; only `done` delivers

    // Puts a datagram in for `receive`. Returns false if there is no room.
    constexpr bool deliver(bytes data, const arrival& arrival) { return incoming_.push(data, arrival); }

    // Returns the oldest datagram that was sent and not yet taken, or null. Valid until the next
    // call of `send`.
    constexpr const datagram* take() { return outgoing_.pop(); }

    constexpr status receive(mutable_bytes storage, arrival& arrival)
        requires(!Lends)
    {
        return receive_next(storage, arrival);
    }
    constexpr status receive(mutable_bytes& buffer, arrival& arrival)
        requires Lends
    {
        lent_.fill(given_back);
        const datagram* const next = incoming_.first();
        const std::size_t room = Capacity < buffer.size() ? Capacity : buffer.size();
        if (next != nullptr && room >= min_lent_size && next->arrival.size <= room)
            buffer = mutable_bytes{lent_}.first(room);
        return receive_next(buffer, arrival);
    }

    constexpr status send(bytes data, const route& route) {
        const status sent = put(data, route);
        if constexpr (Lends)
            if (sent != status::would_block) lent_.fill(given_back);
        return sent;
    }

private:
    class queue {
    public:
        constexpr bool push(bytes data, const arrival& arrival) {
            if (count_ == Depth || data.size() > Capacity) return false;
            datagram& slot = slots_[(first_ + count_++) % Depth];
            slot.arrival = arrival;
            slot.arrival.size = data.size();
            copy_bytes(data.data(), data.size(), slot.storage.data());
            return true;
        }
        constexpr const datagram* first() const { return count_ == 0 ? nullptr : &slots_[first_]; }
        constexpr const datagram* pop() {
            const datagram* const slot = first();
            if (slot == nullptr) return nullptr;
            first_ = (first_ + 1) % Depth;
            --count_;
            return slot;
        }

    private:
        std::array<datagram, Depth> slots_{};
        std::size_t first_ = 0;
        std::size_t count_ = 0;
    };

    constexpr status receive_next(mutable_bytes buffer, arrival& arrival) {
        const datagram* const next = incoming_.pop();
        if (next == nullptr) return receive_status;
        arrival = next->arrival;
        arrival.truncated = arrival.truncated || arrival.size > buffer.size();
        arrival.size = arrival.size < buffer.size() ? arrival.size : buffer.size();
        copy_bytes(next->storage.data(), arrival.size, buffer.data());
        return status::done;
    }

    constexpr status put(bytes data, const route& route) {
        if (send_status != status::done) return send_status;
        if (data.size() > Capacity) return status::done;  // it can never fit, so it is lost on the way
        return outgoing_.push(data, {.route = route}) ? status::done : status::would_block;
    }

    static constexpr byte given_back = 0xdd;

    queue incoming_;
    queue outgoing_;
    [[no_unique_address]] std::array<byte, Lends ? Capacity : 0> lent_{};
};
static_assert(udp_socket<loopback<>> && !lending_socket<loopback<>>);
static_assert(lending_socket<loopback<64, 4, true>>);

}  // namespace mincoap::net
