// Safe on open networks (RFC 9175). An attacker with a forged address can neither make the server
// send large responses to a third party nor use a confirmed_only resource. The guard of this example
// trusts all clients on this machine.
//
//     $ coap-client-notls -m get coap://127.0.0.1/story
//     Once upon a time there was a datagram, and whoever had sent it had written the address of somebody else on it.
//     $ coap-client-notls -m put -e 1 coap://127.0.0.1/gate
//     $ coap-client-notls -m get coap://127.0.0.1/gate
//     1
#include "serve.hpp"

namespace coap = mincoap;

static bool gate = false;

static coap::reply move_gate(const coap::request& r) {
    gate = coap::as_text(r.payload()) == "1";
    return coap::code::changed;
}

// Other clients get 4.01 with an Echo option in place of the story, and repeat the request with it.
// Clients that know the option do so by themselves. An unconfirmed client can read the gate, but
// cannot move it.
constexpr auto site =
    coap::routes(coap::at<"story">(coap::text(
                     "Once upon a time there was a datagram, and whoever had sent it had written the address of "
                     "somebody else on it.")),
                 coap::at<"gate">(coap::value(std::as_const(gate)), coap::confirmed_only(coap::put(move_gate))),
                 coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
