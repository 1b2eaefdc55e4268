// The guard would not see the plain answers that oscore lets pass.
#include <mincoap/mincoap.hpp>

namespace {

struct cipher : mincoap::security::crypto_archetype {};

mincoap::security::oscore::contexts<1> peers;
constexpr auto site = mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello")));
mincoap::net::loopback<> socket;
mincoap::security::key key{1, 2, 3, 4};

}  // namespace

int main() {
    mincoap::server server{socket, site, mincoap::undeduplicated{}, mincoap::oscore{peers, cipher{}},
                           mincoap::echo_guard{key}};
    server.poll(0);
}
