#include <mincoap/resource/blockwise/byte_store.hpp>

using namespace mincoap;

struct image_sink {
    code write(std::uint32_t, bytes, bool) { return code::changed; }
};
image_sink image;
const image_sink fixed;
auto r = put_blocks(fixed);
