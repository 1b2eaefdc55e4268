#include <mincoap/resource/blockwise/document.hpp>

using namespace mincoap;

auto r = document("{}", content_format::json);
