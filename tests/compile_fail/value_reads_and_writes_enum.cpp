#include <mincoap/mincoap.hpp>

enum color { red, green };
const auto lamp = mincoap::value([] { return green; }, [](color) {});
