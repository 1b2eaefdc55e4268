// Parts of a server: one that is told what became of every datagram, and one by which clients say which classes of
// responses they have no interest in (RFC 7967). Each costs what it is, and nothing if it is not named.
//
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
//     $ coap-client-notls -m get coap://127.0.0.1/nothing
//     4.04
//     $ coap-client-notls -m get -O 65001,x coap://127.0.0.1/hello
//     4.02
//     $ coap-client-notls -m get coap://127.0.0.1/served
//     3
#include "serve.hpp"

namespace coap = mincoap;

static std::uint32_t served = 0;  // by a resource or for lack of one, and not refused by the server itself

struct counting : coap::hooks {
    static void on_outcome(coap::outcome o) {
        if (o == coap::outcome::served) ++served;
    }
};

constexpr auto site = coap::routes(coap::at<"hello">(coap::text("Hello")),
                                   coap::at<"served">(coap::value(std::as_const(served))), coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv, counting{}, coap::no_response{}); }
