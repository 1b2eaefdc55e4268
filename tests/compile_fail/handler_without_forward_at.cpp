#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"null">(mincoap::null_handler{}));
