// No layer would make the challenge that kept contexts need.
#include <mincoap/mincoap.hpp>

namespace {

struct cipher : mincoap::security::crypto_archetype {};

mincoap::security::oscore::kept_contexts<1> peers;
constexpr auto site = mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello")));
mincoap::net::loopback<> socket;
mincoap::security::key key{1, 2, 3, 4};
mincoap::security::oscore::storage_archetype storage;

}  // namespace

int main() {
    mincoap::server server{socket, site, mincoap::unguarded{}, mincoap::undeduplicated{},
                           mincoap::oscore{peers, cipher{}, storage}};
    server.poll(0);
}
