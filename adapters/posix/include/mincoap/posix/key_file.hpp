// The key of a guard in a file, for several machines that stand in for each other.
//
//   auto keys = posix::load_keys("guard.key");   // made by: (umask 77; openssl rand -hex 16 > guard.key)
//   if (!keys) return complain(keys.error().message());
//   coap::server server{socket, site, coap::echo_guard{*keys}};
//   ...  posix::reload_keys("guard.key", *keys);  // between two polls, such as after SIGHUP
#pragma once

#include <expected>
#include <system_error>

#include <mincoap/security/shared_keys.hpp>

namespace mincoap::posix {

// Reads the key: 32 hexadecimal digits on a line. A second line may have another key, whose Echo
// options are accepted as well. Notes the real time, so set the system's clock before. Draws the key for
// other tags.
//   permission_denied     the file belongs to another user than this one and root, or its mode lets others
//                         read or write it; or the system denies the access
//   invalid_argument      it is no plain file, or has no such lines, or a key of zeros
//   no_such_file_or_directory, is_a_directory, io_error and others of open and read
std::expected<security::shared_keys, std::error_code> load_keys(const char* path);

// Returns keys that no other server knows, drawn from the system's random numbers.
security::shared_keys random_keys();

// Reads the file again. With one line in it, the options of the present key are accepted until the next
// change of the key. On an error, keeps the present keys.
std::error_code reload_keys(const char* path, security::shared_keys& present);

}  // namespace mincoap::posix
