// Discovery (RFC 6690) with a query: links that are constant, and links that come and go.
//
//     $ coap-client-notls -m get coap://127.0.0.1/.well-known/core?rt=temp*
//     </inside>;rt="temperature";if="core.s"
//     $ coap-client-notls -m get coap://127.0.0.1/.well-known/core?rt=lamp
//     </lamps/0>;rt="lamp",</lamps/2>;rt="lamp"
//     $ coap-client-notls -m put -e 0 coap://127.0.0.1/lamps/0
//     $ coap-client-notls -m get coap://127.0.0.1/.well-known/core?rt=lamp
//     </lamps/2>;rt="lamp"
#include <string>

#include "serve.hpp"

namespace coap = mincoap;

static std::int16_t inside = 21;
static std::array<bool, 4> plugged_in{true, false, true, false};

// A resource of your own has methods. This one also adds links to each discovery response.
struct lamps {
    static void links(coap::link_writer& to) {
        for (std::size_t i = 0; i < plugged_in.size(); ++i)
            if (plugged_in[i]) to.link({std::to_string(i)}, ";rt=\"lamp\"");
    }

    struct put : coap::method<coap::code::put> {
        static coap::reply serve(const lamps&, const coap::request& r) {
            for (const coap::message::option_view lamp : r.segments()) {
                const std::size_t number = lamp.text() == "0" ? 0 : lamp.text() == "2" ? 2 : 4;
                if (number < plugged_in.size())
                    return plugged_in[number] = coap::as_text(r.payload()) == "1", coap::code::changed;
            }
            return coap::code::not_found;
        }
    };
    using methods = coap::method_list<put>;
};

constexpr auto site =
    coap::routes(coap::at<"inside">(coap::value(std::as_const(inside))).rt("temperature").if_("core.s"),
                 coap::below<"lamps">(lamps{}), coap::filtered_well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
