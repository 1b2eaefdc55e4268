// What a server tells besides requests: what became of every datagram. And a part that clients may ask for: No-Response.
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

using namespace mincoap;

static std::uint32_t served = 0;  // by a resource or for lack of one, and not refused by the server itself

// Parts are inherited beside each other; each costs what it is, and nothing if it is not named.
struct profile : hooks, no_response {
    static void on_outcome(outcome o) {
        if (o == outcome::served) ++served;
    }
};

constexpr auto site = routes(at<"hello">(text("Hello")), at<"served">(value(std::as_const(served))), well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv, profile{}); }
