// Who may do what with a file that takes the place of another one. The inside of directory.hpp.
#pragma once

#include <mincoap/posix/directory.hpp>

namespace mincoap::posix::detail {

// Gives the open file the permissions of the file at that place: its mode without set-user-ID and its like, its access
// control list and, as far as this process may, its owner and group. Where the group or the list cannot be kept, the
// group may do no more than all others may. Nothing changes if there is no file.
code take_rights(const place& from, int to);

}  // namespace mincoap::posix::detail
