// Signals that wait in a descriptor until the program takes them.
//
//   const posix::signals hangups{SIGHUP};        // before the program starts a thread
//   if (hangups.take() == SIGHUP) reload();
//
// A signal handler that sets a flag would not do: if the signal arrives between the check of the flag
// and a wait, the program does not wake up.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <system_error>

#include <mincoap/posix/descriptor.hpp>

namespace mincoap::posix {

// The constructor blocks the signals in its thread, and so in all threads that this one starts later.
// The destructor discards those that came meanwhile, and unblocks them. Both run in the same thread.
class signals {
public:
    explicit signals(std::initializer_list<int> numbers);
    signals(const signals&) = delete;
    signals& operator=(const signals&) = delete;
    ~signals();

    // Returns the number of a signal that came, and forgets it; 0 if none came. Never waits. If several
    // threads call it, one of them gets the signal.
    int take() const;

    // Returns a descriptor that is readable while a signal waits, even if it came before the object was
    // made.
    int native_handle() const { return descriptor_.number(); }

    // Returns the cause if the system gave no descriptor: too_many_files_open,
    // too_many_files_open_in_system or not_enough_memory. The signals then end the program as ever.
    std::error_code error() const { return error_; }

private:
    // The signals that the constructor has blocked: bit n - 1 for number n. A sigset_t would bring
    // <csignal>, which on Linux brings names such as `alarm` and `read` to the including file.
    std::uint64_t blocked_ = 0;
    std::error_code error_;
    detail::descriptor descriptor_;
};

}  // namespace mincoap::posix
