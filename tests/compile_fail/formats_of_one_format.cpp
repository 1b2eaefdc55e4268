#include <mincoap/mincoap.hpp>

const auto greeting = mincoap::at<"a">(mincoap::text("A")).ct();
