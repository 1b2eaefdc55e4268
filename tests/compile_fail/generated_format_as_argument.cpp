#include <mincoap/resource/blockwise/document.hpp>

using namespace mincoap;

auto r = generated([](body_writer&) {}, content_format::cbor);
