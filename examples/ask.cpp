// A device's resources tested without a network: a request in, its response out.
//
//     $ ask
//     2.05 ct=0: 0
//     4.01
//     2.04
//     2.05 ct=0: 1
//     4.15
#include <cstdio>

#include <mincoap/mincoap.hpp>
#include <mincoap/testing/device.hpp>

namespace coap = mincoap;
using coap::testing::request;

static bool is_open = false;
constexpr auto site = coap::routes(coap::at<"garden/gate">(coap::confirmed_only(coap::value(is_open))));

static void print(std::string_view said) { std::printf("%.*s\n", static_cast<int>(said.size()), said.data()); }

int main() {
    coap::testing::device device{site};
    print(device.said({coap::code::get, "garden/gate"}));
    print(device.said(request{coap::code::put, "garden/gate", "1"}.unconfirmed()));
    print(device.said({coap::code::put, "garden/gate", "1"}));

    const coap::testing::response response = device.ask({coap::code::get, "garden/gate"});
    print(device.said({coap::code::get, "garden/gate"}));
    if (response.code() != coap::code::content || response.text() != "1") return 1;
    const auto format = response.option(coap::option::content_format);
    if (!format || format->uint() != 0) return 1;

    print(device.said(request{coap::code::put, "garden/gate", "0"}.format(coap::content_format::cbor)));
    return 0;
}
