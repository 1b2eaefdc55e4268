// Takes the place of a board's start-up code, network stack, source of randomness and clock.
#include "radio.hpp"

int main();

extern "C" {
volatile std::uint32_t now_ms;

mincoap::net::status radio_receive(mincoap::byte*, std::size_t, mincoap::net::arrival*) {
    return mincoap::net::status::would_block;
}
mincoap::net::status radio_send(const mincoap::byte*, std::size_t, const mincoap::net::route*) {
    return mincoap::net::status::done;
}
void radio_random(void*, std::size_t) {}

[[noreturn]] void _start() {  // NOLINT(*-reserved-identifier): the linker's name for it
    main();
    for (;;) {}
}
}
