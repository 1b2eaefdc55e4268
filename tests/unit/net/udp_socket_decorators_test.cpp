// The conformance suite for the sockets that wrap another one: a copying one and a lending one.
#include <mincoap/net/lossy.hpp>
#include <mincoap/net/tracer.hpp>

#include "loopback_harness.hpp"

namespace mincoap::net {
namespace {

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

}  // namespace
}  // namespace mincoap::net

namespace mincoap::conformance {
using decorated_harnesses =
    testing::Types<net::loopback_harness<net::with_tracer<false>>, net::loopback_harness<net::with_tracer<true>>,
                   net::loopback_harness<net::with_lossy<false>>, net::loopback_harness<net::with_lossy<true>>>;
struct decorated_names {
    template <typename Harness>
    static std::string GetName(int index) {
        constexpr const char* all[] = {"tracer", "tracer_that_lends", "lossy", "lossy_that_lends"};
        return all[index];
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(decorators, udp_socket_conformance, decorated_harnesses, decorated_names);
}  // namespace mincoap::conformance
