// A firmware with a fault that the tests must find: it replies by udp_sendto, which lets lwIP choose the source
// address.
#include <lwip/pbuf.h>
#include <lwip/udp.h>

#include "../../firmware/app/board.hpp"
#include "../../firmware/app/network.hpp"

namespace {

// 2.05 without a payload, in place of a request without a token.
void reply(void*, udp_pcb* pcb, pbuf* request, const ip_addr_t* from, u16_t port) {
    auto* const message = static_cast<unsigned char*>(request->payload);
    message[0] = 0x60;
    message[1] = 0x45;
    pbuf_realloc(request, 4);
    udp_sendto(pcb, request, from, port);
    pbuf_free(request);
}

}  // namespace

void firmware::main() {
    board::start();
    network::start();
    udp_pcb* const pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
    udp_bind(pcb, IP_ANY_TYPE, 5683);
    udp_recv(pcb, reply, nullptr);
    board::print("mincoap listens\n");
    for (;;) {
        const bool fed = network::feed();
        network::run_timers();
        if (!fed) board::sleep(100);
    }
}
