// The files and directories of the tree, found by name without following a link. Private to
// directory.hpp.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <mincoap/posix/directory.hpp>

namespace mincoap::posix::detail {

using file_status = struct stat;

// A directory of a path: the permission to search it is enough.
inline constexpr int path_only = O_PATH | O_DIRECTORY | O_CLOEXEC;

// Opens a file without waiting, and without side effects as far as possible.
inline constexpr int read_only = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW;

inline constexpr int read_directory = read_only | O_DIRECTORY;

// Returns the response code for an error of the system. `code_of_call` returns `code::empty` if the
// call succeeded, and else the code for `errno`.
[[nodiscard]] code code_of(int error);
[[nodiscard]] code code_of_call(bool done);

// Returns whether the tree can have a file of that name. It has none that begins with a dot: ".",
// "..", hidden files and the parts of uploads.
[[nodiscard]] bool is_name(std::string_view text);

// Sets the name; returns false if the tree cannot have it. The name is empty for the directory
// itself.
[[nodiscard]] bool set_name(place& at, std::string_view name);

// Moves to the directory of that name.
[[nodiscard]] code descend(place& at);

// Gives the place a descriptor of its own, so that it may be kept.
[[nodiscard]] code own_parent(place& at);

// Returns the name for the system: "." for the directory itself.
const char* entry_of(const place& at);

// Reads the status of that name. Returns false if there is no such file, or `errno` tells why it
// cannot be read.
[[nodiscard]] bool look_at(int parent, const char* name, file_status& to);

[[nodiscard]] bool is_same(const file_status& a, const file_status& b);

// Returns whether the open file is the file of that name.
[[nodiscard]] bool is_at(int parent, const char* name, int opened);

[[nodiscard]] inline bool is_file(const file_status& about) { return S_ISREG(about.st_mode); }
[[nodiscard]] inline bool is_directory(const file_status& about) { return S_ISDIR(about.st_mode); }
[[nodiscard]] inline bool is_served(const file_status& about) { return is_file(about) || is_directory(about); }

// Reads the status of that place. Returns 4.04 if it is neither a file nor a directory. Call it
// before `open_served`: even opening a device may have an effect, such as to start a watchdog.
[[nodiscard]] code look_at_served(const place& at, file_status& look);

// Opens the file for reading, and reads its status again, because it may be another file by now.
[[nodiscard]] code open_served(const place& at, descriptor& to, file_status& about);

// Reads up to `to.size()` bytes. Returns how many could be read.
[[nodiscard]] std::size_t read_at(int from, std::uint32_t offset, mutable_bytes to);

[[nodiscard]] etag tag_of(const file_status& about);

// Finds the ETag of the current file, for a request that changes it; none if there is no file.
// Returns the error, or `code::empty`.
[[nodiscard]] code current(const place& at, std::optional<etag>& tag);

// Returns the Content-Format for the extension; octet-stream if the extension is unknown.
[[nodiscard]] content_format format_of(std::string_view name);

}  // namespace mincoap::posix::detail
