// A site has longer paths than the route.
#include <mincoap/mincoap.hpp>

static mincoap::dynamic_routes<1> lamps;

constexpr auto inner = mincoap::routes(mincoap::at<"a">(mincoap::text("A")));
mincoap::add_result add() { return lamps.add({"in"}, inner); }
