#include <mincoap/resource/blockwise/document.hpp>

using namespace mincoap;

struct s {
    body_info measure() const { return {}; }
} x;
auto r = get_blocks(x);
