// The route would never destroy the object.
#include <memory>

#include <mincoap/mincoap.hpp>

static mincoap::dynamic_routes<1> lamps;

mincoap::add_result add(std::shared_ptr<int> number) {
    return lamps.add({"a"}, mincoap::get([number] { return mincoap::content(*number == 1 ? "1" : "0"); }));
}
