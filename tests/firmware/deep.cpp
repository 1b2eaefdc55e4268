// A firmware with a fault that the tests must find: it calls itself until its stack is at an end.
#include "../../firmware/app/board.hpp"

namespace {

volatile unsigned deepest = 0;

[[gnu::noinline]] unsigned call_again(unsigned depth) {
    deepest = depth;
    if (depth == 1'000'000) return 0;
    return call_again(depth + 1) + deepest;
}

}  // namespace

void firmware::main() {
    board::start();
    board::print("mincoap listens to nobody\n");
    call_again(0);
    board::print("too deep\n");
    board::fail();
}
