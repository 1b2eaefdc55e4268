// After a restart, numbers would begin at 0 again.
#include <mincoap/mincoap.hpp>

namespace {

struct cipher : mincoap::security::crypto_archetype {};

mincoap::security::oscore::kept_contexts<1> peers;
constexpr auto site = mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello")));
mincoap::net::loopback<> socket;
mincoap::security::key key{1, 2, 3, 4};

}  // namespace

int main() {
    mincoap::server server{socket, site, mincoap::echo_guard{key}, mincoap::undeduplicated{},
                           mincoap::oscore{peers, cipher{}}};
    server.poll(0);
}
