#include <mincoap/resource/blockwise/byte_store.hpp>

using namespace mincoap;

formatted_store<16> x;
auto r = get_blocks<content_format::json>(x);
