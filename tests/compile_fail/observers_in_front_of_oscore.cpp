// Notifications would leave the server in plain.
#include <mincoap/mincoap.hpp>

namespace {

struct cipher : mincoap::security::crypto_archetype {};

mincoap::security::oscore::contexts<1> peers;
constexpr auto site = mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello")));
mincoap::net::loopback<> socket;
mincoap::security::key key{1, 2, 3, 4};
mincoap::observers<4> observing;

}  // namespace

int main() {
    mincoap::server server{
        socket, site, mincoap::echo_guard{key}, observing, mincoap::undeduplicated{}, mincoap::oscore{peers, cipher{}}};
    server.poll(0);
}
