#include <mincoap/resource/blockwise/document.hpp>

using namespace mincoap;

struct s {
    bool read(std::uint32_t, mutable_bytes) const { return true; }
} x;
auto r = get_blocks(x);
