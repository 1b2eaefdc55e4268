#include <string>

#include <mincoap/mincoap.hpp>

auto site = mincoap::routes(mincoap::at<"a">(mincoap::document(std::string(100, 'x'))));
