// A request to stop, by a signal or by any thread. `run` returns after it.
//
//   const posix::stop_source stop;               // before the program starts a thread
//   posix::run(server, *socket, stop);           // until SIGINT, SIGTERM or stop.request_stop()
#pragma once

#include <mincoap/posix/signals.hpp>

namespace mincoap::posix {

class stop_source {
public:
    // SIGINT and SIGTERM request a stop; see `signals` for the time and the thread to make one.
    stop_source();

    // These signals request a stop. With an empty list, only `request_stop` does.
    explicit stop_source(std::initializer_list<int> signal_numbers);

    // Requests a stop. Any thread may call it, and a signal handler may as well. A stop is final.
    void request_stop() const;

    bool stop_requested() const;

    // Returns a descriptor that is readable once a stop is requested, for an event loop of your own.
    int native_handle() const { return either_.number(); }

    // Returns the cause if the system gave no descriptor; see `signals::error`. `run` returns it as well.
    std::error_code error() const { return error_; }

private:
    signals signals_;
    detail::descriptor requested_;  // an eventfd, never read
    detail::descriptor either_;     // an epoll of both
    std::error_code error_;
};

}  // namespace mincoap::posix
