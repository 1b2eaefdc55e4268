// The cores of the demo: the state that they share, and the state of each of them.
#pragma once

#include <expected>
#include <mutex>
#include <vector>

#include <mincoap/layer/counters.hpp>
#include <mincoap/posix/udp_socket.hpp>

#include "demo_site.hpp"
#include "describe.hpp"
#include "memory.hpp"
#include "systemd.hpp"

namespace demo {

// The slow answers of the core that asks: a ticket belongs to one server.
struct slow_answers_here {
    static slow_answers& get() {
        thread_local slow_answers here;
        return here;
    }
    static mincoap::reply answer_later(std::uint32_t now_ms) { return get().answer_later(now_ms); }
};

// The innermost layer: the resources are shared, and one core at a time asks them. A reply is rendered
// within `receive` as well, so a resource does not change before its answer is written.
class one_at_a_time {
public:
    std::size_t receive(mincoap::exchange& x, auto next) const {
        static std::mutex mutex;
        const std::lock_guard lock{mutex};
        return next(x);
    }
};

// The numbers of all cores together.
struct totals {
    mincoap::counters counted;
    std::uint64_t unwanted = 0;
    std::uint64_t dropped = 0;
    std::size_t observations = 0;
    std::size_t slow_requests = 0;

    void add(const mincoap::counters& more, const memory& kept, const auto& socket) {
        const std::lock_guard lock{mutex_};
        counted += more;
        unwanted += socket.unwanted();
        dropped += socket.dropped();
        observations += kept.observing.size();
        slow_requests += kept.waiting.size();
    }

private:
    std::mutex mutex_;
};

// Returns a socket that prints each datagram. `copy` holds an answer for a socket that lends its memory.
template <typename Socket>
auto described(Socket& socket, std::ostream* log, mincoap::mutable_bytes copy) {
    if constexpr (mincoap::net::lending_socket<Socket>)
        return mincoap::net::tracer{socket, datagram_printer{log}, copy};
    else return mincoap::net::tracer{socket, datagram_printer{log}};
}

// Returns a socket per core: those that systemd passes, or new ones.
inline std::expected<std::vector<mincoap::posix::udp_socket>, std::error_code> open_sockets(
    const mincoap::net::endpoint& at, std::size_t cores) {
    using mincoap::posix::udp_socket;
    const std::vector<int> passed = passed_sockets();
    if (passed.empty()) return udp_socket::bind_shared(at, cores);
    std::vector<udp_socket> sockets;
    for (const int descriptor : passed) {
        auto socket = udp_socket::adopt(descriptor);
        if (!socket) return std::unexpected(socket.error());
        sockets.push_back(std::move(*socket));
    }
    return sockets;
}

}  // namespace demo
