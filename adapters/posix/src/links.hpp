// Directories in the link format (RFC 6690). The inside of directory.hpp.
#pragma once

#include <mincoap/posix/directory.hpp>

namespace mincoap::posix::detail {

// Writes the links of what is served in a directory, whose path the encoded Uri-Path options tell. Returns what went
// wrong, or `code::empty`.
code write_links(const place& of, bytes encoded_path, body_writer& to);

}  // namespace mincoap::posix::detail
