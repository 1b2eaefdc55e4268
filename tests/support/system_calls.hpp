// Counts the system calls of a function, which runs in its own process under ptrace(2).
#pragma once

#include <map>
#include <optional>

#include <csignal>

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mincoap::test {

class system_calls {
public:
    unsigned of(long number) const {
        const auto found = counts_.find(number);
        return found == counts_.end() ? 0 : found->second;
    }
    // The calls that ask for the status of a file.
    unsigned looks() const {
        unsigned all = 0;
#ifdef SYS_newfstatat
        all += of(SYS_newfstatat);
#endif
#ifdef SYS_fstatat64
        all += of(SYS_fstatat64);
#endif
#ifdef SYS_fstat
        all += of(SYS_fstat);
#endif
        return all + of(SYS_statx);
    }

    // Returns the calls of `work`, but not those of `prepare`. Both functions return true on success. Returns
    // nothing if the system cannot trace a process, as in an emulator.
    template <typename Prepare, typename Work>
    static std::optional<system_calls> count(Prepare prepare, Work work) {
        const pid_t child = ::fork();
        if (child == 0) {
            if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(cannot_trace);
            const bool prepared = prepare();
            ::raise(SIGSTOP);
            const bool worked = work();
            ::raise(SIGSTOP);
            ::_exit(prepared && worked ? 0 : 1);
        }
        return trace(child);
    }

    bool succeeded() const { return succeeded_; }

private:
    static constexpr int cannot_trace = 77;

    static std::optional<system_calls> trace(pid_t child) {
        system_calls counted;
        int status = 0;
        ::waitpid(child, &status, 0);
        if (!WIFSTOPPED(status)) return std::nullopt;
        ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
        for (;;) {
            ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
            if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) break;
            if (WSTOPSIG(status) == SIGSTOP) {
                ::ptrace(PTRACE_CONT, child, nullptr, nullptr);
                ::waitpid(child, &status, 0);
                break;
            }
            if (WSTOPSIG(status) == (SIGTRAP | 0x80)) counted.add(child);
        }
        counted.succeeded_ = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        return counted;
    }

    void add(pid_t child) {
        __ptrace_syscall_info about{};
        ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof about, &about);
        if (about.op == PTRACE_SYSCALL_INFO_ENTRY) ++counts_[static_cast<long>(about.entry.nr)];
    }

    std::map<long, unsigned> counts_;
    bool succeeded_ = false;
};

}  // namespace mincoap::test
