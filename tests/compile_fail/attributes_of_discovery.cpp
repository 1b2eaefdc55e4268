// The document has no link to itself.
#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::text("A")), mincoap::well_known_core.title("All"));
