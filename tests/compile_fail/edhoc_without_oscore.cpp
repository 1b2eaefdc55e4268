// EDHOC makes contexts that no layer uses.
#include <mincoap/mincoap.hpp>

#include "edhoc_keys.hpp"

int main() {
    mincoap::server server{socket, site, mincoap::echo_guard{key}, repeated, mincoap::edhoc{keys}};
    server.poll(0);
}
