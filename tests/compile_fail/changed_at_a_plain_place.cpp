// The place is not observable: no client can register.
#include <mincoap/mincoap.hpp>

int temperature = 20;
constexpr auto site = mincoap::routes(mincoap::at<"temperature">(mincoap::value(temperature)));

int main() {
    mincoap::net::null_socket socket;
    mincoap::observers<2> observing;
    mincoap::server server{socket, site, mincoap::unguarded{}, observing};
    server.changed<"temperature">();
}
