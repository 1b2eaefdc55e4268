// The OS functions that lwIP needs (doc/sys_arch.txt), implemented with C++ threads: mutexes, mailboxes, a clock, and
// threads that end with the process.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <lwip/sys.h>

struct sys_mutex {
    std::mutex mutex;
};

struct sys_mailbox {
    std::mutex mutex;
    std::condition_variable posted;
    std::deque<void*> letters;
};

namespace {

std::recursive_mutex protection;

// A `timeout_ms` of 0 waits for ever. Returns the wait in milliseconds, or SYS_ARCH_TIMEOUT.
template <typename Fetch>
u32_t wait(sys_mailbox& box, u32_t timeout_ms, const Fetch& fetch) {
    std::unique_lock lock{box.mutex};
    const auto has_letter = [&box] { return !box.letters.empty(); };
    const auto begin = std::chrono::steady_clock::now();
    if (timeout_ms == 0) box.posted.wait(lock, has_letter);
    else if (!box.posted.wait_for(lock, std::chrono::milliseconds(timeout_ms), has_letter)) return SYS_ARCH_TIMEOUT;
    fetch(box.letters.front());
    box.letters.pop_front();
    const auto waited = std::chrono::steady_clock::now() - begin;
    return static_cast<u32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(waited).count());
}

}  // namespace

extern "C" {

void sys_init() {}

// Time stands still, as without an OS: lwIP's timers would report groups whenever the process was stopped for a while.
u32_t sys_now() { return 0; }

sys_prot_t sys_arch_protect() { return protection.lock(), 0; }
void sys_arch_unprotect(sys_prot_t) { protection.unlock(); }

err_t sys_mutex_new(sys_mutex_t* mutex) { return *mutex = new sys_mutex, ERR_OK; }
void sys_mutex_free(sys_mutex_t* mutex) { delete *mutex; }
void sys_mutex_lock(sys_mutex_t* mutex) { (*mutex)->mutex.lock(); }
void sys_mutex_unlock(sys_mutex_t* mutex) { (*mutex)->mutex.unlock(); }

err_t sys_mbox_new(sys_mbox_t* box, int) { return *box = new sys_mailbox, ERR_OK; }
void sys_mbox_free(sys_mbox_t* box) { delete *box; }
void sys_mbox_post(sys_mbox_t* box, void* letter) {
    const std::lock_guard lock{(*box)->mutex};
    (*box)->letters.push_back(letter);
    (*box)->posted.notify_one();
}
err_t sys_mbox_trypost(sys_mbox_t* box, void* letter) { return sys_mbox_post(box, letter), ERR_OK; }
err_t sys_mbox_trypost_fromisr(sys_mbox_t* box, void* letter) { return sys_mbox_trypost(box, letter); }
u32_t sys_arch_mbox_fetch(sys_mbox_t* box, void** letter, u32_t timeout_ms) {
    return wait(**box, timeout_ms, [letter](void* found) {
        if (letter != nullptr) *letter = found;
    });
}
u32_t sys_arch_mbox_tryfetch(sys_mbox_t* box, void** letter) {
    return sys_arch_mbox_fetch(box, letter, 1) == SYS_ARCH_TIMEOUT ? SYS_MBOX_EMPTY : 0;
}

sys_thread_t sys_thread_new(const char*, lwip_thread_fn run, void* argument, int, int) {
    std::thread{run, argument}.detach();
    return nullptr;
}
}
