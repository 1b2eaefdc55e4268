// The errors of the system's calls.
#pragma once

#include <system_error>

namespace mincoap::posix {

// `number` is an errno.
inline std::error_code error_from(int number) { return {number, std::system_category()}; }

}  // namespace mincoap::posix
