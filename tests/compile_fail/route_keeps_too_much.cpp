#include <array>

#include <mincoap/mincoap.hpp>

static mincoap::dynamic_routes<1> lamps;

mincoap::add_result add(std::array<char, 100> text) {
    return lamps.add({"a"}, mincoap::get([text] { return mincoap::content(text[0] == 'x' ? "x" : ""); }));
}
