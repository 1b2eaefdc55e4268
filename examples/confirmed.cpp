// Safe on open networks (RFC 9175): nobody can have large responses sent to somebody else, nor set in motion what is
// for those only who are known to receive at the address that they send from. On this machine everybody is.
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

// Others get 4.01 with an Echo option in place of the story, and repeat the request with it: clients that know the
// option do so by themselves. Of the gate, they can see everything, and move nothing before they have done so.
constexpr auto site =
    coap::routes(coap::at<"story">(coap::text(
                     "Once upon a time there was a datagram, and whoever had sent it had written the address of "
                     "somebody else on it.")),
                 coap::at<"gate">(coap::value(std::as_const(gate)), coap::confirmed_only(coap::put(move_gate))),
                 coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
