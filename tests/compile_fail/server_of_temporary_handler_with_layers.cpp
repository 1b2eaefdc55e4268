#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    mincoap::server server{socket, mincoap::routes(mincoap::at<"a">(mincoap::text("A"))), mincoap::counters{}};
}
