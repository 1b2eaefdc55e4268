#include <string>

#include <mincoap/mincoap.hpp>

auto site_of(const std::string& name) { return mincoap::routes(mincoap::at<"a">(mincoap::document(name))); }
