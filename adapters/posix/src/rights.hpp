// The permissions of a file that replaces another one. Private to directory.hpp.
#pragma once

#include <mincoap/posix/directory.hpp>

namespace mincoap::posix::detail {

// Gives the open file `to` the permissions of the file at `from`: its mode without set-user-ID and
// the like, its access control list and, as far as this process may, its owner and group. If the
// group or the list cannot be kept, the group gets no more permissions than all others have.
// Changes nothing if there is no file at `from`. Returns the error of the system as a response
// code; `code::empty` if there is none.
[[nodiscard]] code take_rights(const place& from, int to);

}  // namespace mincoap::posix::detail
