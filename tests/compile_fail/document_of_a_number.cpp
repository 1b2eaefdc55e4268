#include <mincoap/resource/blockwise/document.hpp>

using namespace mincoap;

auto r = document(42);
