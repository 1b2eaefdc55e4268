#include <mincoap/resource/blockwise/byte_store.hpp>

using namespace mincoap;

struct s {
    bool write(std::uint32_t, bytes, bool) { return true; }
} x;
auto r = put_blocks(x);
