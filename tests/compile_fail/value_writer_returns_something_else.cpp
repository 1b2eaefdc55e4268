// An int would say what?
#include <mincoap/mincoap.hpp>

int number = 0;
const auto level = mincoap::value([] { return number; }, [](int n) { return number = n; });
