// Must be reported: a function that calls itself, by way of another one and of a pointer.
#include "../radio.hpp"

namespace {

using function = std::uint32_t (*)(std::uint32_t);

[[gnu::noinline]] std::uint32_t call(const volatile function& f, std::uint32_t n) { return f(n - 1) + now_ms; }
[[gnu::noinline]] std::uint32_t count(std::uint32_t n) {
    const volatile function itself = count;
    return n == 0 ? 0 : call(itself, n) + now_ms;
}

}  // namespace

int main() { return static_cast<int>(count(now_ms)); }
