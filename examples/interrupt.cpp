// A slow answer from an interrupt, which sets a flag. Only the main loop touches the server. On this
// machine, the signal of a timer takes the place of the interrupt.
//
//     $ coap-client-notls -m get coap://127.0.0.1/voltage
//     3300
#include <atomic>
#include <csignal>
#include <poll.h>
#include <sys/time.h>

#include "serve.hpp"

namespace coap = mincoap;

static std::atomic<bool> is_converted = false;
static std::uint16_t millivolts = 0;  // the interrupt writes it before it sets the flag
static coap::ticket waiting;

static void adc_interrupt(int) {
    millivolts = 3300;
    is_converted.store(true, std::memory_order_release);
}
static void start_adc() {
    const itimerval in_half_a_second{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = 500'000}};
    ::setitimer(ITIMER_REAL, &in_half_a_second, nullptr);
}

static coap::reply voltage() {
    return coap::later([](coap::ticket t) { waiting = t, start_adc(); });
}

constexpr auto site = coap::routes(coap::at<"voltage">(coap::get(voltage)));

// Interrupts are off, except while the processor sleeps. One that comes between the check of the flag and
// the sleep thus ends the sleep at once. On a Cortex-M: __WFI(); __enable_irq(); __disable_irq();
static void sleep(int socket, bool to_send, std::uint32_t ms) {
    const timespec longest{.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1'000'000L};
    const sigset_t none{};
    pollfd event{socket, static_cast<short>(to_send ? POLLOUT : POLLIN), 0};
    ::ppoll(&event, 1, &longest, &none);
}

int main(int argc, char** argv) {
    sigset_t interrupts{};
    sigaddset(&interrupts, SIGALRM);
    sigprocmask(SIG_BLOCK, &interrupts, nullptr);
    std::signal(SIGALRM, adc_interrupt);
    auto socket = example::open(argc, argv);
    static coap::separate<1> requests;  // there is one converter: another client gets 5.03 meanwhile
    coap::server server{socket, site, example::guard(), requests};
    server.start_message_ids_at(static_cast<std::uint16_t>(coap::posix::random_key()[0]));
    for (;;) {
        if (is_converted.load(std::memory_order_acquire)) {
            is_converted.store(false, std::memory_order_relaxed);
            server.complete(waiting, coap::content(coap::text_of(millivolts)));
        }
        if (server.poll(coap::posix::now_ms()) == coap::poll_result::error) return 1;
        sleep(socket.native_handle(), server.is_blocked(), server.idle_ms(coap::posix::now_ms()));
    }
}
