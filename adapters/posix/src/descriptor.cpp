#include <mincoap/posix/descriptor.hpp>

#include <cerrno>

#include <unistd.h>

namespace mincoap::posix::detail {

descriptor& descriptor::operator=(descriptor&& other) noexcept {
    const descriptor closed{std::exchange(number_, std::exchange(other.number_, -1))};
    return *this;
}

descriptor::~descriptor() {
    if (!is_open()) return;
    const int before = errno;  // often that of a call that failed
    ::close(number_);
    errno = before;
}

}  // namespace mincoap::posix::detail
