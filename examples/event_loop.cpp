// An event loop of your own: the socket, a timer and the signals that stop the program, in one call of poll.
//
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
#include <csignal>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "serve.hpp"

namespace coap = mincoap;

static std::uint32_t uptime_s = 0;

constexpr auto site =
    coap::routes(coap::at<"hello">(coap::text("Hello")), coap::at<"uptime">(coap::value(std::as_const(uptime_s))));

// The signals are blocked and wait in a descriptor. A signal handler that sets a flag would not do: if
// the signal arrives between the check of the flag and the wait, the program does not wake up.
static int open_signals() {
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    sigprocmask(SIG_BLOCK, &stops, nullptr);
    return ::signalfd(-1, &stops, SFD_CLOEXEC);
}

static int open_timer() {
    const itimerspec each_second{.it_interval = {.tv_sec = 1, .tv_nsec = 0}, .it_value = {.tv_sec = 1, .tv_nsec = 0}};
    const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    return ::timerfd_settime(timer, 0, &each_second, nullptr) == 0 ? timer : -1;
}

int main(int argc, char** argv) {
    const int signals = open_signals();  // before anything else
    const int timer = open_timer();
    auto socket = coap::posix::udp_socket::bind(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 5683));
    if (!socket || signals < 0 || timer < 0) return std::puts("no descriptor"), 1;
    std::printf("listening on port %u\n", unsigned{socket->local_port()});
    std::fflush(stdout);

    const auto key = coap::posix::random_key();
    coap::server server{*socket, site, coap::echo_guard<coap::trusts_loopback>{key}};
    while (server.poll(coap::posix::now_ms()) != coap::poll_result::error) {
        const auto wanted = static_cast<short>(server.is_blocked() ? POLLOUT : POLLIN);
        pollfd events[]{{socket->native_handle(), wanted, 0}, {signals, POLLIN, 0}, {timer, POLLIN, 0}};
        ::poll(events, 3, static_cast<int>(server.idle_ms(coap::posix::now_ms())));
        if (events[1].revents != 0) return std::puts("stopped"), 0;
        std::uint64_t seconds = 0;
        if (events[2].revents == 0 || ::read(timer, &seconds, sizeof seconds) < 0) continue;
        uptime_s += static_cast<std::uint32_t>(seconds);
        socket->rejoin();  // renews groups whose interface was made anew
    }
    return 1;
}
