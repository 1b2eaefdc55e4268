// Options above 39 cannot be told apart: to understand one would be to understand them all.
#include <mincoap/mincoap.hpp>

constexpr auto vendor = static_cast<mincoap::option>(65);
const auto read =
    mincoap::get([] { return mincoap::code::valid; }).accepts_option<mincoap::option::uri_query, vendor>();
