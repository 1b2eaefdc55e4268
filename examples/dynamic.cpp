// Routes that come and go. A client names a lamp, switches it, and removes the name.
//
//     $ coap-client-notls -m post -e desk coap://127.0.0.1/lamps
//     $ coap-client-notls -m post -e desk coap://127.0.0.1/lamps
//     4.09
//     $ coap-client-notls -m put -e 1 coap://127.0.0.1/lamps/desk
//     $ coap-client-notls -m get coap://127.0.0.1/lamps/desk
//     1
//     $ coap-client-notls -m get coap://127.0.0.1/.well-known/core?rt=lamp
//     </lamps/desk>;rt="lamp"
//     $ coap-client-notls -m delete coap://127.0.0.1/lamps/desk
//     $ coap-client-notls -m get coap://127.0.0.1/lamps/desk
//     4.04
#include "serve.hpp"

namespace coap = mincoap;

struct lamp {
    bool on = false;
    bool has_name = false;
};
static std::array<lamp, 4> lamps;
static coap::dynamic_routes<lamps.size()> names;  // no heap: it has room for four routes

static coap::reply answer_to(coap::add_result result) {
    switch (result) {
        case coap::add_result::added: return coap::code::created;
        case coap::add_result::exists: return coap::code::conflict;
        case coap::add_result::full: return coap::code::service_unavailable;
        case coap::add_result::too_long: return coap::code::request_entity_too_large;
        case coap::add_result::no_path: break;
    }
    return coap::code::bad_request;
}

// The name may have any bytes that a client sent. `add` copies it.
static coap::reply add(const coap::request& r) {
    for (lamp& each : lamps) {
        if (each.has_name) continue;
        const auto remove = [&each](const coap::request& asked) {
            each.has_name = !names.remove(asked.segments());
            return coap::code::deleted;
        };
        const coap::add_result result = names.add({coap::as_text(r.payload())}, coap::link_attributes{}.rt("lamp"),
                                                  coap::value(each.on), coap::delete_(remove));
        each.has_name = result == coap::add_result::added;
        return answer_to(result);
    }
    return answer_to(coap::add_result::full);
}

constexpr auto site = coap::routes(coap::at<"lamps">(coap::post(add)), coap::below<"lamps">(coap::routes(names)),
                                   coap::filtered_well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
