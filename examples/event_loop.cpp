// An event loop of your own, in place of `posix::run`: the socket, a timer, and the request to stop.
//
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "serve.hpp"

namespace coap = mincoap;

static std::uint32_t uptime_s = 0;

constexpr auto site =
    coap::routes(coap::at<"hello">(coap::text("Hello")), coap::at<"uptime">(coap::value(std::as_const(uptime_s))));

static int open_timer() {
    const itimerspec each_second{.it_interval = {.tv_sec = 1, .tv_nsec = 0}, .it_value = {.tv_sec = 1, .tv_nsec = 0}};
    const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    return ::timerfd_settime(timer, 0, &each_second, nullptr) == 0 ? timer : -1;
}

int main(int argc, char** argv) {
    const coap::posix::stop_source stop;  // SIGINT or SIGTERM
    const int timer = open_timer();
    if (stop.error() || timer < 0) return std::puts("no descriptor"), 1;
    auto socket = example::open(argc, argv);
    coap::server server{socket, site, example::guard()};
    for (;;) {
        const coap::poll_result last = coap::posix::drain(server);
        if (last == coap::poll_result::error) return 1;
        const auto wanted = static_cast<short>(server.is_blocked() ? POLLOUT : POLLIN);
        pollfd events[]{{socket.native_handle(), wanted, 0}, {stop.native_handle(), POLLIN, 0}, {timer, POLLIN, 0}};
        ::poll(events, 3, static_cast<int>(coap::posix::idle_ms(server, last, coap::posix::now_ms())));
        if (events[1].revents != 0) return std::puts("stopped"), 0;
        std::uint64_t seconds = 0;
        if (events[2].revents == 0 || ::read(timer, &seconds, sizeof seconds) < 0) continue;
        uptime_s += static_cast<std::uint32_t>(seconds);
        socket.rejoin();  // renews groups whose interface was made anew
    }
}
