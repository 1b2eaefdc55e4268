#include <mincoap/resource/blockwise/document.hpp>

using namespace mincoap;

auto r = generated([](body_writer&) {}).version(3U);
