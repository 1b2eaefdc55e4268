// A route that is added at run time has none.
#include <mincoap/mincoap.hpp>

static mincoap::dynamic_routes<1> lamps;

mincoap::add_result add() {
    return lamps.add({"*"}, mincoap::get([](const mincoap::request&, std::string_view) -> mincoap::reply {
                         return mincoap::code::valid;
                     }));
}
