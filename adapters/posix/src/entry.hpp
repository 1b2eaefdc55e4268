// What stands at a name of the tree, found and told from other things without following a link. The inside of
// directory.hpp.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <mincoap/posix/directory.hpp>

namespace mincoap::posix::detail {

using file_status = struct stat;

// A directory to go on from: that it can be searched is enough.
inline constexpr int path_only = O_PATH | O_DIRECTORY | O_CLOEXEC;

// What is looked at as it is, without waiting and without a side effect that can be helped.
inline constexpr int read_only = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW;

inline constexpr int read_directory = read_only | O_DIRECTORY;

// What a request is answered with after an error of the system; `code::empty` if the call is done.
code code_of(int error);
code code_of_call(bool done);

// Whether the name can be that of something in the tree. What begins with a dot cannot: that is "." and "..", what is
// hidden, and our own parts.
bool is_name(std::string_view text);

// An empty name is possible, too, where the path ends: for the directory itself.
bool set_name(place& at, std::string_view name);

// Steps into the directory of that name.
code descend(place& at);

// For a place that is kept: it has a descriptor of its own then.
code own_parent(place& at);

// As the system has it: "." for the directory itself.
const char* entry_of(const place& at);

// False if there is nothing, or `errno` says why it cannot be seen.
bool look_at(int parent, const char* name, file_status& to);

bool is_same(const file_status& a, const file_status& b);

// Whether what stands at that name is what is open there.
bool is_at(int parent, const char* name, int opened);

inline bool is_file(const file_status& about) { return S_ISREG(about.st_mode); }
inline bool is_directory(const file_status& about) { return S_ISDIR(about.st_mode); }
inline bool is_served(const file_status& about) { return is_file(about) || is_directory(about); }

// Looks at what stands there; 4.04 if it is nothing that is served. Always goes before `open_served`, since even to
// open a device may do something, such as to start a watchdog.
code look_at_served(const place& at, file_status& look);

// Opens the file there to read it, and looks at it again: it may be another one by now.
code open_served(const place& at, descriptor& to, file_status& about);

// How much could be read.
std::size_t read_at(int from, std::uint32_t offset, mutable_bytes to);

etag tag_of(const file_status& about);

// The tag of the file there is, for a request that would change it; none if there is nothing.
code current(const place& at, std::optional<etag>& tag);

// By the extension; octet-stream if there is no other one.
content_format format_of(std::string_view name);

}  // namespace mincoap::posix::detail
