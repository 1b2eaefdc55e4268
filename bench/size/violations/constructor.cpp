// Must be reported: an object that is made at start-up.
#include "../radio.hpp"

namespace {

const std::uint32_t started = now_ms;

}  // namespace

int main() { return static_cast<int>(now_ms - started); }
