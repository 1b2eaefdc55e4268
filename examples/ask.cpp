// What most tests need: a function that asks a site for a path, and gives the code and the payload of the answer.
//
//     $ ask
//     2.05 0
//     4.01
//     2.04
//     2.05 1
#include <cstdio>
#include <initializer_list>
#include <string>

#include <mincoap/mincoap.hpp>

namespace coap = mincoap;

struct answer {
    coap::code code = coap::code::empty;  // there was none
    std::string payload;
};

// A layer that says whether the client's address is confirmed, as a guard would find out.
struct confirms {
    bool confirmed;

    std::size_t receive(coap::exchange& x, auto next) const { return x.from.confirmed = confirmed, next(x); }
};

static answer ask(const auto& site, coap::code method, std::initializer_list<std::string_view> path,
                  std::string_view payload = {}, bool confirmed = true) {
    coap::net::loopback<> network;
    coap::server server{network, site, coap::unguarded{}, confirms{confirmed}};

    std::array<coap::byte, 256> memory{};
    coap::message::writer request{memory, coap::message::type::confirmable, method, 1};
    for (const std::string_view segment : path) request.option(coap::option::uri_path, segment);
    request.payload(payload);
    network.deliver(request.written(), {});

    if (server.poll(0) != coap::poll_result::served) return {};
    const auto response = coap::message::view::parse(network.take()->content());
    return {response->code(), std::string{coap::as_text(response->payload())}};
}

static bool is_open = false;
constexpr auto site = coap::routes(coap::at<"garden/gate">(coap::confirmed_only(coap::value(is_open))));

static void print(const answer& a) {
    const auto number = static_cast<unsigned>(a.code);
    std::printf("%u.%02u%s%s\n", number >> 5, number & 31, a.payload.empty() ? "" : " ", a.payload.c_str());
}

int main() {
    print(ask(site, coap::code::get, {"garden", "gate"}));
    print(ask(site, coap::code::put, {"garden", "gate"}, "1", false));
    print(ask(site, coap::code::put, {"garden", "gate"}, "1"));
    print(ask(site, coap::code::get, {"garden", "gate"}));
    return 0;
}
