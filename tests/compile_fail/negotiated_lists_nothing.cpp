#include <mincoap/mincoap.hpp>

mincoap::reply any();
const auto both = mincoap::at<"a">(mincoap::negotiated(mincoap::get(any))).ct();
