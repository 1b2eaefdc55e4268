// Paths: exact ones, wildcards, everything below a prefix, and the query.
//
//     $ coap-client-notls -m put -e 1 coap://127.0.0.1/lamps/2
//     $ coap-client-notls -m get coap://127.0.0.1/lamps/2
//     1
//     $ coap-client-notls -m get coap://127.0.0.1/lamps/all
//     4 lamps
//     $ coap-client-notls -m get coap://127.0.0.1/lamps/9
//     4.04
//     $ coap-client-notls -m get coap://127.0.0.1/help/with/anything
//     Turn it off and on again.
//     $ coap-client-notls -m get "coap://127.0.0.1/greeting?loud&to=you"
//     HELLO
#include "serve.hpp"

namespace coap = mincoap;

static std::array<bool, 4> lamps{};

static bool* find(std::string_view number) {
    const bool is_digit = number.size() == 1 && number[0] >= '0' && number[0] <= '9';
    const auto index = static_cast<std::size_t>(is_digit ? number[0] - '0' : 10);
    return index < lamps.size() ? &lamps[index] : nullptr;
}

// The function receives the segment that the wildcard matches. It is a view into the request.
static coap::reply read_lamp(const coap::request&, std::string_view number) {
    const bool* const lamp = find(number);
    if (lamp == nullptr) return coap::code::not_found;
    return coap::content(*lamp ? "1" : "0");
}
static coap::reply switch_lamp(const coap::request& r, std::string_view number) {
    bool* const lamp = find(number);
    if (lamp == nullptr) return coap::code::not_found;
    *lamp = coap::as_text(r.payload()) == "1";
    return coap::code::changed;
}

static coap::reply greet(const coap::request& r) {
    return coap::content(coap::query_parameter(r, "loud") ? "HELLO" : "hello");
}

constexpr auto site = coap::routes(coap::at<"lamps/*">(coap::get(read_lamp), coap::put(switch_lamp)),
                                   coap::at<"lamps/all">(coap::text("4 lamps")),  // takes precedence over the wildcard
                                   coap::below<"help">(coap::text("Turn it off and on again.")),
                                   coap::at<"greeting">(coap::get(greet).accepts_option<coap::option::uri_query>()),
                                   coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
