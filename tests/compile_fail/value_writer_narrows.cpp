// 256 would be stored as 0, and answered with 2.04.
#include <mincoap/mincoap.hpp>

int number = 0;
const auto level = mincoap::value([] { return number; }, [](std::uint8_t n) { number = n; });
