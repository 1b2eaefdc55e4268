// The path is misspelt: no client would be notified.
#include <mincoap/mincoap.hpp>

int temperature = 20;
constexpr auto site = mincoap::routes(mincoap::at<"temperature">(mincoap::value(temperature)).observable());

int main() {
    mincoap::net::null_socket socket;
    mincoap::observers<2> observing;
    mincoap::server server{socket, site, mincoap::unguarded{}, observing};
    server.changed<"temprature">();
}
