// A slow answer from another thread. Two queues connect it to the main loop, which has the server.
//
//     $ coap-client-notls -m get coap://127.0.0.1/sensor
//     21
#include <chrono>
#include <mutex>
#include <sys/eventfd.h>
#include <thread>
#include <vector>

#include "serve.hpp"

namespace coap = mincoap;

using job = std::pair<coap::ticket, int>;  // a request, and later its result

struct queue {
    const int added;  // readable while there are jobs
    std::mutex mutex;
    std::vector<job> jobs;

    explicit queue(int flags) : added(::eventfd(0, EFD_CLOEXEC | flags)) {}
    void put(job j) {
        const std::lock_guard lock{mutex};
        jobs.push_back(j);
        ::eventfd_write(added, 1);
    }
    std::vector<job> take_all() {
        eventfd_t times = 0;
        ::eventfd_read(added, &times);
        const std::lock_guard lock{mutex};
        return std::exchange(jobs, {});
    }
};
static queue asked{0};  // its reader waits until there are jobs
static queue done{EFD_NONBLOCK};

static int read_sensor() { return std::this_thread::sleep_for(std::chrono::milliseconds{200}), 21; }
[[noreturn]] static void work() {
    for (;;)
        for (const job& j : asked.take_all()) done.put({j.first, read_sensor()});
}

constexpr auto slowly = coap::get([] { return coap::later([](coap::ticket t) { asked.put({t, 0}); }); });
constexpr auto site = coap::routes(coap::at<"sensor">(slowly), coap::at<"hello">(coap::text("Hello")));

int main(int argc, char** argv) {
    const coap::posix::stop_source stop;  // before there is a second thread
    auto socket = example::open(argc, argv);
    static coap::separate<4> waiting;  // a fifth client gets 5.03
    coap::server server{socket, site, example::guard(), waiting};
    server.start_message_ids_at(static_cast<std::uint16_t>(coap::posix::random_key()[0]));
    std::thread{work}.detach();
    const auto complete_done = [&server](std::uint32_t) {
        for (const auto& [of, result] : done.take_all()) server.complete(of, coap::content(coap::text_of(result)));
        return coap::forever_ms;
    };
    const std::error_code broken = coap::posix::run(server, socket, stop, complete_done, done.added);
    std::quick_exit(broken ? 1 : 0);  // the worker goes on until then
}
