#include <mincoap/resource/blockwise/document.hpp>
#include <mincoap/resource/methods.hpp>

using namespace mincoap;

auto r = get([](const request& r) { return in_blocks(r, [](body_writer&) {}); });
