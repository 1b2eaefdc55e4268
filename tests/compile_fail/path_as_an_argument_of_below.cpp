// A path is known at compile time.
#include <mincoap/mincoap.hpp>

mincoap::reply list();

constexpr auto site = mincoap::routes(mincoap::below("files", mincoap::get(list)));
