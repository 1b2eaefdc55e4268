// The sockets around other ones, which are sockets: around one that copies, and around one that lends.
#include <mincoap/conformance/udp_socket_conformance.hpp>

#include <deque>

#include <mincoap/net/loopback.hpp>
#include <mincoap/net/lossy.hpp>
#include <mincoap/net/tracer.hpp>

namespace mincoap::net {
namespace {

constexpr endpoint client = ipv4(192, 0, 2, 1, 40000);
constexpr endpoint server = ipv4(192, 0, 2, 2, 5683);

struct told_nobody {
    void operator()(const traced&) const {}
};

template <bool Lends>
class with_tracer {
    using inner = loopback<64, 4, Lends>;

public:
    auto& socket() { return tracer_; }
    inner& network() { return network_; }

private:
    static tracer<inner, told_nobody> around(inner& network, mutable_bytes memory) {
        if constexpr (Lends) return {network, told_nobody{}, memory};
        else return {network, told_nobody{}};
    }

    inner network_;
    std::array<byte, 64> memory_{};
    tracer<inner, told_nobody> tracer_ = around(network_, memory_);
};

template <bool Lends>
class with_lossy {
    using inner = loopback<64, 4, Lends>;

public:
    auto& socket() { return lossy_; }
    inner& network() { return network_; }

private:
    inner network_;
    lossy<inner> lossy_{network_, {}, 1};
};

// What is sent to anyone but the peer is lost.
template <typename Decorated>
class decorated_harness {
public:
    static constexpr std::size_t too_large = 65;

    auto& socket() { return decorated_.socket(); }
    endpoint asked() const { return server; }
    endpoint peer() const { return client; }
    endpoint dead_peer() const { return ipv4(192, 0, 2, 99, 9); }
    void deliver(bytes data) {
        arrival about;
        about.path = {.remote = client, .local = server};
        ASSERT_TRUE(decorated_.network().deliver(data, about));
    }
    void settle() {
        while (decorated_.network().take() != nullptr) {}
    }
    void congest() {}  // it is full as soon as nobody takes what was sent
    void relieve() { move_out(); }
    std::optional<conformance::taken> take() {
        move_out();
        if (sent_.empty()) return {};
        conformance::taken next = std::move(sent_.front());
        sent_.pop_front();
        return next;
    }

private:
    void move_out() {
        while (const auto* const next = decorated_.network().take())
            sent_.push_back({{next->content().begin(), next->content().end()}, next->about.path.local});
    }

    Decorated decorated_;
    std::deque<conformance::taken> sent_;
};

}  // namespace
}  // namespace mincoap::net

namespace mincoap::conformance {
using decorated_harnesses =
    testing::Types<net::decorated_harness<net::with_tracer<false>>, net::decorated_harness<net::with_tracer<true>>,
                   net::decorated_harness<net::with_lossy<false>>, net::decorated_harness<net::with_lossy<true>>>;
struct decorated_names {
    template <typename Harness>
    static std::string GetName(int index) {
        constexpr const char* all[] = {"tracer", "tracer_that_lends", "lossy", "lossy_that_lends"};
        return all[index];
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(decorators, udp_socket_conformance, decorated_harnesses, decorated_names);
}  // namespace mincoap::conformance
