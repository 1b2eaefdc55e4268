// A device's resources tested without a network: datagrams in, datagrams out, in memory.
//
//     $ loopback
//     61 45 be ef 2a c0 ff 32 31
#include <cstdio>
#include <utility>

#include <mincoap/mincoap.hpp>

using namespace mincoap;

static std::int16_t temperature = 21;
constexpr auto site = routes(at<"temperature">(value(std::as_const(temperature))));

int main() {
    net::loopback<> network;
    server server{network, site, unguarded{}};

    // A request: Confirmable, with a token of a byte.
    std::array<byte, 64> memory{};
    const std::array<byte, 1> token{0x2a};
    message::writer request{memory, message::type::confirmable, code::get, 0xbeef, token};
    request.option(option::uri_path, "temperature");
    net::arrival about;
    about.path.remote = net::ipv4(192, 0, 2, 1, 40000);
    network.deliver(request.written(), about);

    if (server.poll(0) != poll_result::served) return 1;
    const auto* answer = network.take();
    const auto response = message::view::parse(answer->content());
    if (!response || response->code() != code::content || as_text(response->payload()) != "21") return 1;

    const char* separator = "";
    for (const byte b : answer->content()) {
        std::printf("%s%02x", separator, unsigned{b});
        separator = " ";
    }
    std::puts("");
    return 0;
}
