#include <mincoap/resource/blockwise/document.hpp>

using namespace mincoap;

struct s {
    std::uint32_t measure() const { return 1; }
    bool read(std::uint32_t, mutable_bytes) const { return true; }
} x;
auto r = get_blocks(x);
