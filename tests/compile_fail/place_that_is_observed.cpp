// It would be advertised, and never done.
#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::text("A")).observable(), mincoap::well_known_core);
