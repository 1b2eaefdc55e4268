#include <mincoap/posix/cores.hpp>

#include <mutex>

#include <pthread.h>
#include <sched.h>

#include "system_error.hpp"

namespace mincoap::posix {
namespace {

// The work of all threads, and its first error.
class team {
public:
    team(const stop_source& stop, void* context, std::error_code (*serve)(void*, std::size_t))
        : stop_(stop), context_(context), serve_(serve) {}

    void work(std::size_t number) { end_with(serve_(context_, number)); }

    void end_with(const std::error_code& error) {
        stop_.request_stop();
        const std::lock_guard lock{mutex_};
        if (!first_error_) first_error_ = error;
    }

    std::error_code first_error() const { return first_error_; }  // once all threads have ended

private:
    const stop_source& stop_;
    void* context_;
    std::error_code (*serve_)(void*, std::size_t);
    std::mutex mutex_;
    std::error_code first_error_;
};

struct member {
    team* of;
    std::size_t number;
    pthread_t thread{};
};

void* run_member(void* argument) {
    const auto& self = *static_cast<const member*>(argument);
    return self.of->work(self.number), nullptr;
}

}  // namespace

std::size_t available_cores() {
    cpu_set_t set;
    return ::sched_getaffinity(0, sizeof set, &set) == 0 ? static_cast<std::size_t>(CPU_COUNT(&set)) : 1;
}

std::error_code detail::run_threads(std::size_t count, const stop_source& stop, void* context,
                                    std::error_code (*serve)(void*, std::size_t)) {
    team all{stop, context, serve};
    std::vector<member> others;
    others.reserve(count);  // a thread has a pointer to its member
    for (std::size_t number = 1; number < count; ++number) {
        member& next = others.emplace_back(member{&all, number});
        const int error = pthread_create(&next.thread, nullptr, run_member, &next);
        if (error == 0) continue;
        others.pop_back();
        all.end_with(error_from(error));
        break;
    }
    if (count != 0) all.work(0);
    for (const member& other : others) pthread_join(other.thread, nullptr);
    return all.first_error();
}

}  // namespace mincoap::posix
