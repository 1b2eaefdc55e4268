#include <mincoap/mincoap.hpp>

static mincoap::dynamic_routes<1> lamps;

mincoap::add_result add() {
    return lamps.add({"a"}, [](const mincoap::request&) -> mincoap::reply { return mincoap::code::valid; });
}
