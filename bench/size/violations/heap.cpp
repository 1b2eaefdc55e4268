// Must be reported: memory from the heap.
#include "../radio.hpp"

namespace {

const std::uint32_t* volatile kept;

}  // namespace

int main() {
    kept = new std::uint32_t{now_ms};
    return 0;
}
