// Layers of a server for open networks, the outermost first: it asks for an address once rather than with each block,
// is quiet under a flood, answers a group after a random time, and for the names only that it has. A client
// that asks for an address need not know them.
//
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
//     $ coap-client-notls -m get -O 3,Kitchen.Local coap://127.0.0.1/hello
//     Hello
//     $ coap-client-notls -m get -O 3,other.example coap://127.0.0.1/hello
//     4.04
#include "serve.hpp"

namespace coap = mincoap;

constexpr auto site = coap::routes(coap::at<"hello">(coap::text("Hello")), coap::filtered_well_known_core);

int main(int argc, char** argv) {
    const std::uint32_t seed = coap::posix::random_key()[0];
    return example::serve(
        site, argc, argv,
        example::guard().preemptive(),  // a client that has shown its address need not do so again for each block
        coap::flood_limit<20, 100>{},   // replies a second, and at once, to unconfirmed addresses
        coap::leisure<256>{seed},       // a response of that many bytes to a group waits for up to five seconds
        coap::host_names<"kitchen.local", "kitchen.example">{});
}
