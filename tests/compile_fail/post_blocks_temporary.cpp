#include <mincoap/resource/blockwise/byte_store.hpp>

using namespace mincoap;

auto r = post_blocks(byte_store<16>{});
