// A UDP socket of Linux for many requests per second. It receives hundreds of datagrams in a system
// call, and sends up to 64 answers in one. It implements net::udp_socket, and lends its memory.
//
//   auto bound = mincoap::posix::udp_socket::bind(5683);
//   if (!bound) return complain(bound.error().message());
//   static mincoap::posix::burst_memory<64> memory;
//   mincoap::posix::burst_socket socket{std::move(*bound), memory};
//   server server{socket, site, echo_guard{key}};
//
// It is worth its memory for a server that has more than one request at a time. Answers are the same
// as through the udp_socket, and leave from the same addresses. A client that waits for each answer
// before it sends the next request waits no longer.
//
// Poll until `idle` before you wait. The socket takes datagrams off the kernel's queue before the
// server does, and no descriptor tells of those. `run` and the `wait` of this class do it right.
#pragma once

#include <mincoap/posix/udp_socket.hpp>

namespace mincoap::posix {

namespace detail {

struct burst_reply {
    net::route route;
    bytes datagram;
};

// The parts of a burst_memory. The types of `messages` and `runs` are private to the adapter.
struct burst_parts {
    static constexpr std::size_t message_size = 64;      // bytes per header of a message
    static constexpr std::size_t run_size = 256;         // bytes per description of a run
    static constexpr std::size_t received_size = 65600;  // a run of datagrams, and a shift to another cache line

    byte* messages;
    byte* runs;
    byte* received;
    unsigned run_count;
    byte* slots;
    burst_reply* replies;
    unsigned slot_count;
    std::size_t slot_size;
};

}  // namespace detail

// The memory of one burst_socket, which it must outlive. Make it a static variable. Linux gives it
// pages only for the bytes that are used, which are about 150 KB with the defaults. They are 900 KB
// after bursts of the largest datagrams.
//   Slots         the number of answers that are sent together, 1 or more. One client's burst delays the
//                 answer to another client by so many requests at most.
//   MessageSize   bytes per slot, 40 to 65,535. It is the size of the largest answer. Use the size of the
//                 server's memory, which has the same default.
//   Runs          the number of datagrams, or runs of datagrams, that one system call receives, 1 or
//                 more; 65,600 bytes each
template <unsigned Slots = 64, std::size_t MessageSize = 1152, unsigned Runs = 12>
class burst_memory {
    static_assert(Slots >= 1 && Runs >= 1, "mincoap: a burst_memory needs at least one slot and one run");
    static_assert(MessageSize >= net::min_lent_size && MessageSize <= 65535,
                  "mincoap: a slot of a burst_memory has 40 to 65,535 bytes");

public:
    burst_memory() = default;
    burst_memory(const burst_memory&) = delete;
    burst_memory& operator=(const burst_memory&) = delete;

private:
    friend class burst_socket;

    detail::burst_parts parts() { return {messages_, runs_, received_, Runs, slots_, replies_, Slots, MessageSize}; }

    alignas(8) byte messages_[Runs * detail::burst_parts::message_size];
    alignas(8) byte runs_[Runs * detail::burst_parts::run_size];
    byte received_[Runs * detail::burst_parts::received_size];
    byte slots_[Slots * MessageSize];
    detail::burst_reply replies_[Slots];
};

// Features of the kernel that save work. A burst_socket does without those that the kernel lacks or a
// sandbox forbids, and without those that are false here.
struct burst_features {
    bool batches = true;  // many messages per system call: recvmmsg and sendmmsg
    bool runs = true;     // a run of datagrams of one peer is received as one message (UDP_GRO, Linux 5.0)
    bool groups = true;   // answers of one size to one peer are sent as one message (UDP_SEGMENT, Linux 4.18)
};

// A socket must not be used by two threads at once.
class burst_socket : private udp_socket {
public:
    // Takes over a bound socket. Uses `given` until the destructor, and no other socket may use it.
    template <unsigned Slots, std::size_t MessageSize, unsigned Runs>
    burst_socket(udp_socket&& bound, burst_memory<Slots, MessageSize, Runs>& given, burst_features wanted = {})
        : burst_socket(std::move(bound), given.parts(), wanted) {}
    burst_socket(const burst_socket&) = delete;
    burst_socket& operator=(const burst_socket&) = delete;
    ~burst_socket();  // sends the gathered answers, as far as the kernel takes them

    // See udp_socket.
    using udp_socket::dropped;
    using udp_socket::forever;
    using udp_socket::interfaces_handle;
    using udp_socket::join;
    using udp_socket::last_error;
    using udp_socket::local_port;
    using udp_socket::native_handle;
    using udp_socket::rejoin;
    using udp_socket::unwanted;

    // Receives the next datagram, by the contract of net::udp_socket. Lends a slot. A datagram that is
    // larger than a slot is copied. Calls the kernel once all datagrams of the last call are received.
    // Before `would_block`, sends all gathered answers.
    net::status receive(mutable_bytes& buffer, net::arrival& in);

    // Sends a datagram, by the contract of net::udp_socket and with the rules of udp_socket for peers
    // that delay others. Gathers an answer in a slot while more requests are there, and sends it
    //   - with the answer to the last request that is there,
    //   - when all slots have answers,
    //   - with the first answer after a tick of the system's clock, 1 to 10 ms.
    // Other datagrams, such as notifications, leave at once, behind the gathered answers.
    //
    // If the send buffer is full, `send` returns `would_block` for the answer that was passed last.
    // Those gathered before stay in their slots, and are sent before any other.
    net::status send(bytes datagram, const net::route& route);

    // Sends the gathered answers. Returns `would_block` if the kernel did not take all of them.
    // `receive`, `send` and `wait` call it.
    net::status flush();

    // Returns true if gathered answers wait until the kernel takes them. Before you wait in another way
    // than with `wait`, call `flush` when the descriptor is writable.
    bool is_blocked() const { return first_ != end_; }

    // Waits like `wait` of udp_socket. Returns true at once if there is a received datagram. Sends the
    // gathered answers first, and those that the kernel did not take as soon as it does.
    bool wait(int timeout_ms = forever);
    bool wait_to_send(int timeout_ms = net::send_patience_ms) const { return udp_socket::wait_to_send(timeout_ms); }

    // Returns the features that are in use. `batches` becomes false if a sandbox forbids the calls,
    // `groups` if a network interface cannot send them.
    burst_features features() const { return features_; }

private:
    struct envelopes;
    class reply_group;

    burst_socket(udp_socket&& bound, const detail::burst_parts& memory, burst_features wanted);

    // Receiving.
    bool has_datagram() const { return left_ != 0 || run_ != filled_; }
    void prepare(unsigned i) const;
    net::status refill();
    int receive_runs();
    int receive_messages() const;
    bool next_run();
    bool open_run(unsigned i);
    void take(mutable_bytes& buffer, net::arrival& in);
    mutable_bytes slot() const;

    // Sending.
    bool is_in_slot(bytes datagram) const;
    bool expects_more() const { return has_datagram() || may_have_more_; }
    bool is_of_this_tick();
    unsigned collect(envelopes& to) const;
    std::size_t write_controls(control& to, const reply_group& group) const;
    int send_messages(envelopes& all, unsigned count);
    net::status send_apart(std::size_t count, int error);
    net::status give_up();

    detail::burst_parts memory_;
    burst_features features_;

    unsigned filled_ = 0;            // messages of the last call that received any
    unsigned run_ = 0;               // the next one of them
    bool may_have_more_ = false;     // the kernel may have more datagrams
    std::size_t left_ = 0;           // datagrams of the current run that are not received
    bytes rest_;                     // their bytes
    std::size_t datagram_size_ = 0;  // the size of each but the last
    net::arrival from_;              // their addresses

    // The gathered answers are replies[first_] to replies[end_ - 1]. The slot with the number `end_` is lent.
    unsigned first_ = 0;
    unsigned end_ = 0;
    long tick_ = 0;
};
static_assert(net::lending_socket<burst_socket>);

}  // namespace mincoap::posix
