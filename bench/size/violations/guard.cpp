// Must be reported: a static object that is made when the function is called first.
#include "../radio.hpp"

int main() {
    static const std::uint32_t first = now_ms;
    return static_cast<int>(now_ms - first);
}
