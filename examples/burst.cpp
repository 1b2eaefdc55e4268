// Many requests per second on Linux: the socket receives and sends many datagrams per system call.
//
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
#include <mincoap/posix/burst_socket.hpp>

#include "serve.hpp"

namespace coap = mincoap;

constexpr auto site = coap::routes(coap::at<"hello">(coap::text("Hello")));

static coap::posix::burst_memory<64> memory;

int main(int argc, char** argv) {
    coap::posix::burst_socket socket{example::open(argc, argv), memory};
    coap::server server{socket, site, example::guard()};
    return coap::posix::run(server, socket) ? 1 : 0;
}
