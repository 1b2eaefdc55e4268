// A combined request would reach oscore with its message_3.
#include <mincoap/mincoap.hpp>

#include "edhoc_keys.hpp"

int main() {
    mincoap::server server{
        socket, site, mincoap::echo_guard{key}, repeated, mincoap::oscore{peers, cipher{}}, mincoap::edhoc{keys}};
    server.poll(0);
}
