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
#include <utility>

#include <mincoap/mincoap.hpp>

using namespace mincoap;

struct answer {
    mincoap::code code = code::empty;  // there was none
    std::string payload;
};

// There is no guard that would find out whether the request is confirmed: it is if the test says so.
static answer ask(const auto& site, code method, std::initializer_list<std::string_view> path,
                  std::string_view payload = {}, bool confirmed = true) {
    net::loopback<> network;
    server server{network, site, unguarded{}};

    std::array<byte, 256> memory{};
    message::writer request{memory, message::type::confirmable, method, 1};
    for (const std::string_view segment : path) request.option(option::uri_path, segment);
    request.payload(payload);
    network.deliver(request.written(), {.confirmed = confirmed});

    if (server.poll(0) != poll_result::served) return {};
    const auto response = message::view::parse(network.take()->content());
    return {response->code(), std::string{as_text(response->payload())}};
}

static bool is_open = false;
static reply move_gate(const request& r) { return is_open = as_text(r.payload()) == "1", code::changed; }

constexpr auto site = routes(at<"garden/gate">(value(std::as_const(is_open)), confirmed_only(put(move_gate))));

static void print(const answer& a) {
    const auto number = static_cast<unsigned>(a.code);
    std::printf("%u.%02u%s%s\n", number >> 5, number & 31, a.payload.empty() ? "" : " ", a.payload.c_str());
}

int main() {
    print(ask(site, code::get, {"garden", "gate"}));
    print(ask(site, code::put, {"garden", "gate"}, "1", false));
    print(ask(site, code::put, {"garden", "gate"}, "1"));
    print(ask(site, code::get, {"garden", "gate"}));
    return 0;
}
