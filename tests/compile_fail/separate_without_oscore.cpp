// The request that waits would forget how its response is protected.
#include <mincoap/mincoap.hpp>

namespace {

struct cipher : mincoap::security::crypto_archetype {};

mincoap::security::oscore::contexts<1> peers;
constexpr auto site = mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello")));
mincoap::net::loopback<> socket;
mincoap::security::key key{1, 2, 3, 4};
mincoap::separate<4> waiting;

}  // namespace

int main() {
    mincoap::server server{
        socket, site, mincoap::echo_guard{key}, mincoap::undeduplicated{}, mincoap::oscore{peers, cipher{}}, waiting};
    server.poll(0);
}
