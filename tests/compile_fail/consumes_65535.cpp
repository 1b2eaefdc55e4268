// It would be taken for any.
#include <mincoap/mincoap.hpp>

constexpr auto last = static_cast<mincoap::content_format>(65535);
const auto write = mincoap::put([] { return mincoap::code::changed; }).consumes<last>();
