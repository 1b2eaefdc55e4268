#include "entry.hpp"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

namespace mincoap::posix::detail {
namespace {

void add(etag& tag, std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) tag.add(static_cast<byte>(number >> shift));
}

struct extension {
    std::string_view name;
    std::uint16_t format;
};

// The Content-Formats that have a file extension of their own (RFC 8428 §12.3 for SenML, RFC 6690
// §7.3 for wlnk).
constexpr extension extensions[] = {
    {"txt", 0},      {"gif", 21},      {"jpg", 22},     {"jpeg", 22},     {"png", 23},    {"wlnk", 40},
    {"xml", 41},     {"exi", 47},      {"json", 50},    {"cbor", 60},     {"senml", 110}, {"sensml", 111},
    {"senmlc", 112}, {"sensmlc", 113}, {"senmlx", 310}, {"sensmlx", 311}, {"css", 20000}, {"svg", 30000},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_but_for_case(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

}  // namespace

code code_of(int error) {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
        case ELOOP:
        case ENAMETOOLONG:
        case ENXIO:  // a device or socket that took its place
        case ENODEV:
        case ESTALE:  // removed on another machine
        case EINVAL:  // no name of that file system
        case EILSEQ: return code::not_found;
        case EACCES:
        case EPERM:
        case EROFS:
        case EBUSY:  // something is mounted there
        case EISDIR: return code::forbidden;
        case EFBIG:  // RFC 7959 §2.9.3: there is no room for it, now or ever
        case EDQUOT:
        case ENOSPC: return code::request_entity_too_large;
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case EINTR:
        case EWOULDBLOCK: return code::service_unavailable;
        default: return code::internal_server_error;
    }
}
code code_of_call(bool done) { return done ? code::empty : code_of(errno); }

bool is_name(std::string_view text) {
    return !text.empty() && text[0] != '.' && !text.contains('/') && !text.contains('\0');
}

bool set_name(place& at, std::string_view name) {
    if (name.size() >= at.name.size() || !(name.empty() || is_name(name))) return false;
    *std::ranges::copy(name, at.name.begin()).out = '\0';
    return true;
}

// With O_NOFOLLOW and O_DIRECTORY, a symbolic link is no directory. An empty name gives ENOENT.
code descend(place& at) {
    at.owned = descriptor{::openat(at.parent, at.name.data(), path_only | O_NOFOLLOW)};
    at.parent = at.owned.number();
    return code_of_call(at.owned.is_open());
}

code own_parent(place& at) {
    if (!at.owned.is_open()) at.owned = descriptor{::openat(at.parent, ".", path_only)};
    at.parent = at.owned.number();
    return code_of_call(at.owned.is_open());
}

const char* entry_of(const place& at) { return at.name[0] == '\0' ? "." : at.name.data(); }

bool look_at(int parent, const char* name, file_status& to) {
    return ::fstatat(parent, name, &to, AT_SYMLINK_NOFOLLOW) == 0;
}

bool is_same(const file_status& a, const file_status& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

bool is_at(int parent, const char* name, int opened) {
    file_status there;
    file_status here;
    return look_at(parent, name, there) && ::fstat(opened, &here) == 0 && is_same(there, here);
}

code look_at_served(const place& at, file_status& look) {
    if (!look_at(at.parent, entry_of(at), look)) return code_of(errno);
    return is_served(look) ? code::empty : code::not_found;
}

code open_served(const place& at, descriptor& to, file_status& about) {
    to = descriptor{::openat(at.parent, entry_of(at), read_only)};
    if (!to.is_open() || ::fstat(to.number(), &about) != 0) return code_of(errno);
    return is_file(about) ? code::empty : code::not_found;
}

std::size_t read_at(int from, std::uint32_t offset, mutable_bytes to) {
    std::size_t done = 0;
    while (done < to.size()) {
        const ssize_t size = ::pread(from, to.data() + done, to.size() - done, static_cast<off_t>(offset + done));
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;  // it has become shorter, or the disk is broken
        done += static_cast<std::size_t>(size);
    }
    return done;
}

etag tag_of(const file_status& about) {
    etag tag;
    for (const auto part :
         {std::uint64_t{about.st_dev}, std::uint64_t{about.st_ino}, static_cast<std::uint64_t>(about.st_size),
          static_cast<std::uint64_t>(about.st_mtim.tv_sec), static_cast<std::uint64_t>(about.st_mtim.tv_nsec)})
        add(tag, part);
    return tag;
}

code current(const place& at, std::optional<etag>& tag) {
    file_status about;
    tag.reset();
    if (!look_at(at.parent, entry_of(at), about)) return errno == ENOENT ? code::empty : code_of(errno);
    if (!is_file(about)) return code::forbidden;
    tag = tag_of(about);
    return code::empty;
}

content_format format_of(std::string_view name) {
    const std::string_view behind_dot = name.substr(name.rfind('.') + 1);  // all of it, if there is no dot
    for (const extension& known : extensions)
        if (behind_dot.size() < name.size() && equal_but_for_case(behind_dot, known.name))
            return static_cast<content_format>(known.format);
    return content_format::octet_stream;
}

}  // namespace mincoap::posix::detail
