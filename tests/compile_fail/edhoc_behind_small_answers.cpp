// A copy of message_1 would get a code without message_2.
#include <mincoap/mincoap.hpp>

#include "edhoc_keys.hpp"

static mincoap::deduplicate<4> small;

int main() {
    mincoap::server server{
        socket, site, mincoap::echo_guard{key}, small, mincoap::edhoc{keys}, mincoap::oscore{peers, cipher{}}};
    server.poll(0);
}
