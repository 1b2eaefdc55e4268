#include <mincoap/resource/blockwise/document.hpp>

using namespace mincoap;

auto r = get_blocks([](body_writer&) {});
