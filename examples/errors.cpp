// Errors with an explanation: for people, for programs, and with a time to try again.
//
//     $ coap-client-notls -m post -e "<b>" coap://127.0.0.1/label
//     4.00 a label has no angle brackets
//     $ coap-client-notls -m post coap://127.0.0.1/motor
//     4.09 . iDoor open!x!The motor starts once it is shut.
//     $ coap-client-notls -m get coap://127.0.0.1/history
//     5.03
//     $ coap-client-notls -m get -O 65001,x coap://127.0.0.1/history
//     4.02 .'...
#include "serve.hpp"

namespace coap = mincoap;

// A diagnostic text (RFC 7252 §5.5.2).
static coap::reply set_label(const coap::request& r) {
    if (coap::as_text(r.payload()).contains('<'))
        return coap::diagnostic(coap::code::bad_request, "a label has no angle brackets");
    return coap::code::changed;
}

// Concise problem details (RFC 9290): a CBOR map with a constant title, and the details of this case.
static coap::reply start_motor() {
    return coap::problem(coap::code::conflict, "Door open", "The motor starts once it is shut.");
}

// 5.03, with Max-Age.
static coap::reply read_history() { return coap::unavailable(30); }

constexpr auto site = coap::routes(coap::at<"label">(coap::post(set_label)), coap::at<"motor">(coap::post(start_motor)),
                                   coap::at<"history">(coap::get(read_history)), coap::well_known_core);

// The layer adds the number of the unknown option to each 4.02.
int main(int argc, char** argv) { return example::serve(site, argc, argv, example::guard(), coap::problem_details{}); }
