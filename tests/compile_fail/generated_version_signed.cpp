#include <mincoap/resource/blockwise/document.hpp>

using namespace mincoap;

int v = 0;
auto r = generated([](body_writer&) {}).version(v);
