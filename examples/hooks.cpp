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

using namespace mincoap;

static std::uint32_t served = 0;  // by a resource or for lack of one, and not refused by the server itself

struct counting : hooks {
    static void on_outcome(outcome o) {
        if (o == outcome::served) ++served;
    }
};

constexpr auto site = routes(at<"hello">(text("Hello")), at<"served">(value(std::as_const(served))), well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv, counting{}, no_response{}); }
