// Also where it is one of several.
#include <mincoap/mincoap.hpp>

static bool on = false;

mincoap::reply read(const mincoap::request&, std::string_view) { return mincoap::code::content; }

constexpr auto site = mincoap::routes(mincoap::at<"lamp">(
    mincoap::negotiated(mincoap::get(read).produces<mincoap::content_format::json>(), mincoap::value(on))));
