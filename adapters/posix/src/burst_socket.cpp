#include <mincoap/posix/burst_socket.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <functional>
#include <new>
#include <span>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "packet_info.hpp"
#include "socket_address.hpp"
#include "socket_errors.hpp"

namespace mincoap::posix {
namespace {

using detail::burst_parts;
using detail::burst_reply;
using net::status;

// A message of recvmmsg: a datagram, or with UDP_GRO a run of datagrams of one peer.
struct received_run {
    iovec content;
    socket_address remote;
    control extra;
};
static_assert(sizeof(received_run) <= burst_parts::run_size && sizeof(mmsghdr) <= burst_parts::message_size);

mmsghdr* messages_of(const burst_parts& memory) { return std::launder(reinterpret_cast<mmsghdr*>(memory.messages)); }
received_run& run_of(const burst_parts& memory, unsigned i) {
    return *std::launder(reinterpret_cast<received_run*>(memory.runs + i * burst_parts::run_size));
}

// A sandbox, or a kernel without the call. A firewall's EPERM concerns one peer.
bool is_forbidden(int error) { return error == ENOSYS || error == EPERM; }

// Returns the size of the datagrams of a run; its whole size if it is a single datagram.
std::size_t read_run(const control& from, std::size_t size, std::size_t whole) {
    const cmsghdr* const header = find_message(from, size, IPPROTO_UDP, UDP_GRO);
    return header != nullptr ? static_cast<std::size_t>(info_in<int>(*header)) : whole;
}

iovec part_of(const burst_reply& reply) {
    return {.iov_base = const_cast<byte*>(reply.datagram.data()),
            .iov_len = reply.datagram.size()};  // sendmmsg only reads it
}

// The largest group: the kernel takes 64 segments, and the length field of IPv4 is for all of them.
// A larger answer might not fit into the path's MTU, and the kernel cuts only whole packets. 1,232
// bytes fit into each path of IPv6 (RFC 8200 §5).
constexpr std::size_t most_in_group = 64;
constexpr std::size_t largest_group = 65000;
constexpr std::size_t largest_in_group = 1232;

}  // namespace

// Answers of one size to one peer, one behind the other. The last one may be shorter.
class burst_socket::reply_group {
public:
    explicit reply_group(const burst_reply& first) : first_(first), total_(first.datagram.size()) {}

    bool takes(const burst_reply& next) const {
        const std::size_t size = next.datagram.size();
        return !is_closed_ && size != 0 && size <= segment() && segment() <= largest_in_group &&
               count_ < most_in_group && total_ + size <= largest_group && is_same(next.route, first_.route);
    }
    void add(const burst_reply& next) {
        ++count_;
        total_ += next.datagram.size();
        is_closed_ = next.datagram.size() < segment();
    }

    std::size_t count() const { return count_; }
    const net::route& route() const { return first_.route; }
    std::size_t segment() const { return first_.datagram.size(); }

private:
    const burst_reply& first_;
    std::size_t total_;
    std::size_t count_ = 1;
    bool is_closed_ = false;
};

// Messages for sendmmsg, with a group of answers each. `parts` has an entry per answer.
struct burst_socket::envelopes {
    static constexpr unsigned most = 64;

    mmsghdr messages[most];
    iovec parts[most];
    socket_address remotes[most];
    control extras[most];
};

burst_socket::burst_socket(udp_socket&& bound, const detail::burst_parts& memory, burst_features wanted)
    : udp_socket(std::move(bound)), memory_(memory), features_(wanted) {
    int on = 1;
    socklen_t size = sizeof on;
    features_.runs = wanted.runs && ::setsockopt(native_handle(), IPPROTO_UDP, UDP_GRO, &on, size) == 0;
    features_.groups = wanted.groups && ::getsockopt(native_handle(), IPPROTO_UDP, UDP_SEGMENT, &on, &size) == 0;
    for (unsigned i = 0; i < memory_.run_count; ++i) {
        new (memory_.messages + i * sizeof(mmsghdr)) mmsghdr{};
        new (memory_.runs + i * burst_parts::run_size) received_run;
        prepare(i);
    }
}

burst_socket::~burst_socket() { flush(); }

// ---- receiving

// Sets the members that the kernel overwrites.
void burst_socket::prepare(unsigned i) const {
    received_run& run = run_of(memory_, i);
    run.content = {.iov_base = memory_.received + i * burst_parts::received_size, .iov_len = 65536};
    msghdr& message = messages_of(memory_)[i].msg_hdr;
    message.msg_name = &run.remote;
    message.msg_namelen = sizeof run.remote;
    message.msg_iov = &run.content;
    message.msg_iovlen = 1;
    message.msg_control = &run.extra;
    message.msg_controllen = sizeof run.extra;
}

status burst_socket::receive(mutable_bytes& buffer, net::arrival& in) {
    if (left_ == 0 && !next_run()) {
        const status filled = refill();
        if (filled != status::done) return filled;
    }
    take(buffer, in);
    return status::done;
}

// Lets the kernel fill in messages until one of them is wanted. The number of attempts is limited, as
// for udp_socket.
status burst_socket::refill() {
    for (int attempts = 8; attempts != 0; --attempts) {
        if (!may_have_more_ && flush() == status::failed) return status::failed;
        const int error = receive_runs();
        if (error == 0 && next_run()) return status::done;
        if (error == 0 || is_of_one_peer(error) || error == EINTR) continue;
        if (!is_for_now(error)) return failed(error);
        break;
    }
    return flush() == status::failed ? status::failed : status::would_block;
}

// Returns 0, or an errno.
int burst_socket::receive_runs() {
    for (unsigned i = 0; i < filled_; ++i) prepare(i);
    filled_ = run_ = 0;
    may_have_more_ = false;
    int count = receive_messages();
    if (count < 0 && features_.batches && is_forbidden(errno)) {
        features_.batches = false;
        count = receive_messages();
    }
    if (count < 0) return errno;
    filled_ = static_cast<unsigned>(count);
    may_have_more_ = filled_ == memory_.run_count && filled_ > 1;
    return 0;
}

int burst_socket::receive_messages() const {
    mmsghdr* const messages = messages_of(memory_);
    if (features_.batches) return ::recvmmsg(native_handle(), messages, memory_.run_count, MSG_DONTWAIT, nullptr);
    const ssize_t size = ::recvmsg(native_handle(), &messages->msg_hdr, MSG_DONTWAIT);
    messages->msg_len = static_cast<unsigned>(size);
    return size < 0 ? -1 : 1;
}

// Begins the next run that is wanted. Returns false if there is none.
bool burst_socket::next_run() {
    while (run_ != filled_)
        if (open_run(run_++)) return true;
    return false;
}

bool burst_socket::open_run(unsigned i) {
    const received_run& run = run_of(memory_, i);
    const mmsghdr& message = messages_of(memory_)[i];
    rest_ = {static_cast<const byte*>(run.content.iov_base), message.msg_len};
    datagram_size_ = read_run(run.extra, message.msg_hdr.msg_controllen, rest_.size());
    left_ = datagram_size_ >= rest_.size() ? 1 : (rest_.size() + datagram_size_ - 1) / datagram_size_;
    const bool is_complete = (message.msg_hdr.msg_flags & MSG_CTRUNC) == 0;  // else its size may be missing
    if (is_complete && describe(run.remote, run.extra, message.msg_hdr.msg_controllen, from_)) return true;
    unwanted_ += left_;
    left_ = 0;
    return false;
}

// The run's memory has no room for an answer, so each datagram moves to a slot.
void burst_socket::take(mutable_bytes& buffer, net::arrival& in) {
    if (first_ == end_) first_ = end_ = 0;
    const bytes datagram = rest_.first(std::min(datagram_size_, rest_.size()));
    rest_ = rest_.subspan(datagram.size());
    --left_;
    const mutable_bytes room = slot().first(std::min(slot().size(), buffer.size()));
    if (room.size() >= net::min_lent_size && datagram.size() <= room.size()) buffer = room;
    in.size = std::min(datagram.size(), buffer.size());
    in.truncated = datagram.size() > buffer.size();
    in.multicast = from_.multicast;
    in.route = from_.route;
    std::copy_n(datagram.data(), in.size, buffer.data());
}

// The slot that is lent. There always is one: `send` keeps an answer in the last slot only until it
// knows whether the kernel takes it.
mutable_bytes burst_socket::slot() const { return {memory_.slots + end_ * memory_.slot_size, memory_.slot_size}; }

// ---- sending

status burst_socket::send(bytes datagram, const net::route& route) {
    if (!is_in_slot(datagram)) {
        const status sent = flush();
        return sent == status::done ? udp_socket::send(datagram, route) : sent;
    }
    if (!ipv6_ && !is_ipv4(route.remote)) return status::done;
    if (!may_send(datagram.size(), route)) return drop();
    if (!is_blocked() && !expects_more()) return deliver(datagram, route);  // a single request, answered as usual
    memory_.replies[end_++] = {route, datagram};
    if (expects_more() && end_ != memory_.slot_count && is_of_this_tick()) return status::done;
    const status sent = flush();
    if (sent == status::would_block) --end_;  // the caller keeps the last one, which was not sent either
    return sent;
}

bool burst_socket::is_in_slot(bytes datagram) const {
    const mutable_bytes lent = slot();
    return std::less_equal<>{}(lent.data(), datagram.data()) &&
           std::less_equal<>{}(datagram.data() + datagram.size(), lent.data() + lent.size());
}

// Handlers may be slow, so the first answer must not wait for many of them.
bool burst_socket::is_of_this_tick() {
    std::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if (end_ - first_ == 1) tick_ = now.tv_nsec;
    return tick_ == now.tv_nsec;
}

status burst_socket::flush() {
    envelopes all;
    while (first_ != end_) {
        const int sent = send_messages(all, collect(all));
        const int error = errno;
        for (int i = 0; i < sent; ++i) first_ += static_cast<unsigned>(all.messages[i].msg_hdr.msg_iovlen);
        if (sent > 0) continue;
        if (is_full(error) || error == EINTR) return status::would_block;
        const status apart = send_apart(all.messages[0].msg_hdr.msg_iovlen, error);
        if (apart != status::done) return apart;
    }
    return status::done;
}

// Writes the gathered answers to messages, as many as there is room for. Returns the number of
// messages.
unsigned burst_socket::collect(envelopes& to) const {
    const std::span<const burst_reply> replies{memory_.replies + first_, std::min(end_ - first_, envelopes::most)};
    unsigned count = 0;
    for (std::size_t i = 0; i != replies.size(); ++count) {
        iovec* const parts = to.parts + i;
        reply_group group{replies[i]};
        to.parts[i] = part_of(replies[i]);
        for (++i; i != replies.size() && features_.groups && group.takes(replies[i]); ++i) {
            group.add(replies[i]);
            to.parts[i] = part_of(replies[i]);
        }
        msghdr& message = to.messages[count].msg_hdr;
        message = {};
        message.msg_name = to.remotes + count;
        message.msg_namelen = write(to.remotes[count], group.route().remote, ipv6_);
        message.msg_iov = parts;
        message.msg_iovlen = group.count();
        message.msg_controllen = write_controls(to.extras[count], group);
        if (message.msg_controllen != 0) message.msg_control = to.extras + count;
    }
    return count;
}

// Returns the size of the control messages, which is 0 if the kernel needs none.
std::size_t burst_socket::write_controls(control& to, const reply_group& group) const {
    const std::size_t size = leaves_from_here(group.route()) ? 0 : write_control(to, group.route());
    if (group.count() == 1) return size;
    const std::size_t at = CMSG_ALIGN(size);
    std::memset(to.room + size, 0, at - size);
    return at + write(to, at, IPPROTO_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(group.segment()));
}

// Returns how many of the messages were sent, or -1 and an errno if not even the first one was.
int burst_socket::send_messages(envelopes& all, unsigned count) {
    if (features_.batches && count > 1) {
        const int sent = ::sendmmsg(native_handle(), all.messages, count, 0);
        if (sent >= 0 || !is_forbidden(errno)) return sent;
    }
    if (::sendmsg(native_handle(), &all.messages->msg_hdr, 0) < 0) return -1;
    if (count > 1) features_.batches = false;
    return 1;
}

// Sends the first answers one by one, after an error of all of them. EIO means that the network
// interface cannot send groups, because it does not compute checksums.
status burst_socket::send_apart(std::size_t count, int error) {
    if (error == EIO && count > 1) features_.groups = false;
    for (; count != 0; --count, ++first_) {
        const burst_reply& reply = memory_.replies[first_];
        const status sent = deliver(reply.datagram, reply.route);
        if (sent == status::would_block) return sent;
        if (sent == status::failed) return give_up();
    }
    return status::done;
}

// The socket is broken. The answers are lost.
status burst_socket::give_up() {
    dropped_ += end_ - first_ - 1;  // `failed` is about the first one
    first_ = end_;
    return status::failed;
}

// ---- waiting

bool burst_socket::wait(int timeout_ms) {
    flush();
    if (has_datagram()) return true;
    if (!is_blocked()) return udp_socket::wait(timeout_ms);
    pollfd wanted{.fd = native_handle(), .events = POLLIN | POLLOUT, .revents = 0};
    if (::poll(&wanted, 1, timeout_ms) <= 0) return false;
    if ((wanted.revents & POLLOUT) != 0) flush();
    return (wanted.revents & ~POLLOUT) != 0;
}

}  // namespace mincoap::posix
