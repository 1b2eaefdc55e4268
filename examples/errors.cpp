// Errors that explain themselves: to a human, to a program, and when to try again.
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

using namespace mincoap;

// A diagnostic text (RFC 7252 §5.5.2).
static reply set_label(const request& r) {
    if (as_text(r.payload()).contains('<')) return explained(code::bad_request, "a label has no angle brackets");
    return code::changed;
}

// Concise problem details (RFC 9290): a map in CBOR, with a title that stays the same and what it means this time.
static reply start_motor() { return problem(code::conflict, "Door open", "The motor starts once it is shut."); }

// 5.03, with Max-Age.
static reply read_history() { return unavailable(30); }

constexpr auto site = routes(at<"label">(post(set_label)), at<"motor">(post(start_motor)),
                             at<"history">(get(read_history)), well_known_core);

// And a 4.02 that names the option that nobody looks at.
int main(int argc, char** argv) { return example::serve(site, argc, argv, problem_details{}); }
