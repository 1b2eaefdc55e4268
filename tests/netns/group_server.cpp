// A member of groups, with filtered discovery, which answers after a leisure.
//
// usage: group_server PORT TYPE LEISURE_MS GROUP...     TYPE: temperature or light, its resource type
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/entropy.hpp>
#include <mincoap/posix/udp_socket.hpp>

using namespace mincoap;

constexpr auto thermometer = routes(at<"reading">(for_groups(text("21"))).rt("temperature"), filtered_well_known_core);
constexpr auto lamp = routes(at<"lamp">(for_groups(text("on"))).rt("light"), filtered_well_known_core);

static std::uint32_t now_ms() {
    using namespace std::chrono;
    return static_cast<std::uint32_t>(duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

static int serve(posix::udp_socket& socket, const auto& site, std::uint16_t leisure_ms) {
    const auto key = posix::random_key();
    server member{socket, site, echo_guard{key}, leisure<256>{key[0], leisure_ms}};
    std::puts("listening");
    std::fflush(stdout);
    while (member.poll(now_ms()) != poll_result::error)
        member.is_blocked() ? socket.wait_to_send() : socket.wait(static_cast<int>(member.idle_ms(now_ms())));
    return 1;
}

int main(int count, char** arguments) {
    auto socket = posix::udp_socket::bind(static_cast<std::uint16_t>(std::atoi(arguments[1])));
    if (!socket) return std::fprintf(stderr, "%s\n", socket.error().message().c_str()), 1;
    for (int i = 4; i < count; ++i)
        if (const auto error = socket->join(posix::to_endpoint(arguments[i], 0).value()))
            return std::fprintf(stderr, "%s: %s\n", arguments[i], error.message().c_str()), 1;
    const auto leisure_ms = static_cast<std::uint16_t>(std::atoi(arguments[3]));
    return std::string_view{arguments[2]} == "light" ? serve(*socket, lamp, leisure_ms)
                                                     : serve(*socket, thermometer, leisure_ms);
}
