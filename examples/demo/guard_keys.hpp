// The keys of the guards of all cores, which SIGHUP exchanges while they serve.
#pragma once

#include <atomic>
#include <csignal>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/key_file.hpp>
#include <mincoap/posix/signals.hpp>

namespace demo {

class guard_keys {
public:
    // Reads the file, and blocks SIGHUP. With an empty name, draws keys that no other server knows.
    std::error_code open(const std::string& file) {
        present_ = mincoap::posix::random_keys();
        if (file.empty()) return {};
        const auto read = mincoap::posix::load_keys(file.c_str());
        if (!read) return read.error();
        present_ = *read;
        file_ = file;
        return hangups_.emplace({SIGHUP}).error();
    }

    // A descriptor that is readable while a SIGHUP waits; -1 without a file.
    int native_handle() const { return hangups_ ? hangups_->native_handle() : -1; }

    // The keys of one core. As a layer in front of the guard, it takes over new ones before the next datagram:
    // a core that waits for nothing else does not wake up when another one reads the file.
    class of_core {
    public:
        explicit of_core(guard_keys& of) : of_(of), keys_(of.copy(version_)) {}

        const mincoap::security::shared_keys& keys() const { return keys_; }

        std::size_t receive(mincoap::exchange& x, auto next) {
            take_over();
            return next(x);
        }

        // Reads the file after a SIGHUP.
        void work() { of_.reload_after_hangup(); }

    private:
        void take_over() {
            if (of_.version_ == version_) return;
            const mincoap::security::shared_keys present = of_.copy(version_);
            keys_.current = present.current;
            keys_.previous = present.previous;
        }

        guard_keys& of_;
        unsigned version_ = 0;
        mincoap::security::shared_keys keys_;
    };

private:
    mincoap::security::shared_keys copy(unsigned& version) {
        const std::lock_guard lock{mutex_};
        version = version_;
        return present_;
    }

    void reload_after_hangup() {
        if (!hangups_ || hangups_->take() == 0) return;
        const std::lock_guard lock{mutex_};
        const std::error_code error = mincoap::posix::reload_keys(file_.c_str(), present_);
        if (error) std::cerr << file_ + ": " + error.message() + "; the keys stay as they are\n";
        else ++version_, std::cout << file_ + " was read again\n" << std::flush;
    }

    std::string file_;
    std::optional<mincoap::posix::signals> hangups_;
    std::mutex mutex_;
    mincoap::security::shared_keys present_;
    std::atomic<unsigned> version_ = 0;
};

}  // namespace demo
