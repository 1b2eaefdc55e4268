#include <mincoap/mincoap.hpp>

constexpr auto site =
    mincoap::routes(mincoap::at<"a">(mincoap::text("")).rt("one").rt("another"), mincoap::well_known_core);
