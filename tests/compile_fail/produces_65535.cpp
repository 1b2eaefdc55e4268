// It would be taken for any.
#include <mincoap/mincoap.hpp>

constexpr auto last = static_cast<mincoap::content_format>(65535);
const auto read = mincoap::get([] { return mincoap::code::valid; }).produces<last>();
