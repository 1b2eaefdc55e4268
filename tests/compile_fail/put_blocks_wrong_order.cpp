#include <mincoap/resource/blockwise/byte_store.hpp>

using namespace mincoap;

struct s {
    code write(bytes, std::uint32_t, bool) { return code::changed; }
} x;
auto r = put_blocks(x);
