#include <mincoap/resource/blockwise/document.hpp>

using namespace mincoap;

struct s {
    body_info measure() const { return {}; }
    bool read(std::uint32_t, mutable_bytes) { return true; }
} x;
auto r = get_blocks(x);
