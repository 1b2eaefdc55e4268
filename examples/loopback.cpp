// A device's resources tested without a network: datagrams in, datagrams out, in memory.
//
//     $ loopback
//     61 45 be ef 2a c0 ff 32 31
#include <cstdio>
#include <utility>

#include <mincoap/mincoap.hpp>

namespace coap = mincoap;

static std::int16_t temperature = 21;
constexpr auto site = coap::routes(coap::at<"temperature">(coap::value(std::as_const(temperature))));

int main() {
    coap::net::loopback<> network;
    coap::server server{network, site, coap::unguarded{}};

    // A Confirmable request, with a token of one byte.
    std::array<coap::byte, 64> memory{};
    const std::array<coap::byte, 1> token{0x2a};
    coap::message::writer request{memory, coap::message::type::confirmable, coap::code::get, 0xbeef, token};
    request.option(coap::option::uri_path, "temperature");
    coap::net::arrival about;
    about.route.remote = coap::net::ipv4(192, 0, 2, 1, 40000);
    network.deliver(request.written(), about);

    if (server.poll(0) != coap::poll_result::served) return 1;
    const auto* answer = network.take();
    const auto response = coap::message::view::parse(answer->content());
    if (!response || response->code() != coap::code::content || coap::as_text(response->payload()) != "21") return 1;

    const char* separator = "";
    for (const coap::byte b : answer->content()) {
        std::printf("%s%02x", separator, unsigned{b});
        separator = " ";
    }
    std::puts("");
    return 0;
}
