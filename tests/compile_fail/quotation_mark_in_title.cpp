#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::text("")).title("the \"a\""), mincoap::well_known_core);
