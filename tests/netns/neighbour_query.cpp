// Prints a line per address: yes if the kernel can send there now, else no. It asks the kernel as the adapter does.
//
// usage: neighbour_query ADDRESS...     with the zone of a link-local one, such as fe80::1%eth0
#include <cstdio>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <net/if.h>

#include "../../adapters/posix/src/neighbours.hpp"
#include "../../adapters/posix/src/rtnetlink.hpp"

using namespace mincoap;

static net::endpoint to_endpoint(std::string text) {
    net::endpoint e{};
    if (const auto percent = text.find('%'); percent != std::string::npos) {
        e.interface = if_nametoindex(text.substr(percent + 1).c_str());
        text.resize(percent);
    }
    if (::inet_pton(AF_INET6, text.c_str(), e.address.data()) == 1) return e;
    e = net::ipv4(0, 0, 0, 0, 0);
    ::inet_pton(AF_INET, text.c_str(), e.address.data() + 12);
    return e;
}

int main(int count, char** arguments) {
    const int kernel = posix::open_rtnetlink(0);
    for (int i = 1; i < count; ++i) {
        const net::route route{.remote = to_endpoint(arguments[i])};
        std::puts(posix::can_be_reached(kernel, route, route.remote.interface) ? "yes" : "no");
    }
}
