// A file descriptor that closes itself. It is private to this adapter.
#pragma once

#include <utility>

namespace mincoap::posix::detail {

class descriptor {
public:
    constexpr descriptor() = default;
    constexpr explicit descriptor(int number) : number_(number) {}
    constexpr descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept;
    ~descriptor();

    [[nodiscard]] constexpr bool is_open() const { return number_ >= 0; }
    [[nodiscard]] constexpr int number() const { return number_; }
    constexpr void release() { number_ = -1; }  // the caller closes it

private:
    int number_ = -1;
};

}  // namespace mincoap::posix::detail
