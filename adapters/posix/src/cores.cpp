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

    void stop() const { stop_.request_stop(); }

    void end_with(const std::error_code& error) {
        stop();
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

// The threads besides the calling one. They use the team and their member, so they end before these do, also
// if an exception leaves the calling thread's `serve`.
class other_threads {
public:
    other_threads(team& of, std::size_t most) : of_(of) {
        members_.reserve(most);  // a thread has a pointer to its member
    }
    other_threads(const other_threads&) = delete;
    other_threads& operator=(const other_threads&) = delete;
    ~other_threads() {
        of_.stop();
        for (const member& m : members_) pthread_join(m.thread, nullptr);
    }

    // Returns 0, or an errno.
    int start(std::size_t number) {
        member& next = members_.emplace_back(member{&of_, number});
        const int error = pthread_create(&next.thread, nullptr, run_member, &next);
        if (error != 0) members_.pop_back();
        return error;
    }

private:
    team& of_;
    std::vector<member> members_;
};

}  // namespace

std::size_t available_cores() {
    cpu_set_t set;
    return ::sched_getaffinity(0, sizeof set, &set) == 0 ? static_cast<std::size_t>(CPU_COUNT(&set)) : 1;
}

std::error_code detail::run_threads(std::size_t count, const stop_source& stop, void* context,
                                    std::error_code (*serve)(void*, std::size_t)) {
    team all{stop, context, serve};
    {
        other_threads others{all, count};
        int error = 0;
        for (std::size_t number = 1; number < count && error == 0; ++number) error = others.start(number);
        if (error != 0) all.end_with(error_from(error));
        if (count != 0) all.work(0);
    }
    return all.first_error();
}

}  // namespace mincoap::posix
