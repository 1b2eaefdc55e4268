#include <mincoap/mincoap.hpp>

const auto toggle = mincoap::post([](const mincoap::request&) {});
