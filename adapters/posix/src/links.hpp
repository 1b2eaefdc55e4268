// Directories in the link format (RFC 6690). Private to directory.hpp.
#pragma once

#include <mincoap/posix/directory.hpp>

namespace mincoap::posix::detail {

// Returns the path of a directory as its links begin: "/fs/a%20b/". It includes the prefix of the
// site.
std::string path_of(const request& r);

// Writes the links to the files and directories in a directory whose path is `path`. Returns the
// error of the system as a response code; `code::empty` if there is none.
[[nodiscard]] code write_links(const place& of, std::string_view path, body_writer& to);

}  // namespace mincoap::posix::detail
