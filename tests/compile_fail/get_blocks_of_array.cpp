#include <array>

#include <mincoap/resource/blockwise/document.hpp>

using namespace mincoap;

std::array<byte, 3> x;
auto r = get_blocks(x);
