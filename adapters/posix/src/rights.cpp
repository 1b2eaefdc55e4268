#include "rights.hpp"

#include <cerrno>

#include <sys/xattr.h>
#include <unistd.h>

#include "entry.hpp"

namespace mincoap::posix::detail {
namespace {

bool has_no_list(int error) { return error == ENODATA || error == EOPNOTSUPP; }

// The access control list of acl(5). A new file may have one by the default of its directory, which is not that of the
// file there was.
bool takes_list(int from, int to) {
    constexpr const char* name = "system.posix_acl_access";
    std::array<byte, 4096> list;
    const ssize_t size = ::fgetxattr(from, name, list.data(), list.size());
    if (size >= 0) return ::fsetxattr(to, name, list.data(), static_cast<std::size_t>(size), 0) == 0;
    return has_no_list(errno) && (::fremovexattr(to, name) == 0 || has_no_list(errno));
}

// Whether the group is kept, at least.
bool takes_owner(const file_status& from, int to) {
    file_status is;
    if (::fstat(to, &is) != 0) return false;
    if (is.st_uid == from.st_uid && is.st_gid == from.st_gid) return true;
    constexpr uid_t same = -1U;
    return ::fchown(to, from.st_uid, from.st_gid) == 0 || ::fchown(to, same, from.st_gid) == 0;
}

// The group's permissions are those that others have, too.
mode_t for_another_group(mode_t mode) { return mode & ~(~(mode << 3) & 070U); }

}  // namespace

code take_rights(const place& from, int to) {
    descriptor old;
    file_status about;
    code opened = look_at_served(from, about);
    if (opened == code::empty) opened = open_served(from, old, about);  // 4.03: it can still be replaced
    if (opened == code::not_found) return code::empty;
    if (opened != code::empty && opened != code::forbidden) return opened;
    const bool kept = takes_owner(about, to) && opened == code::empty && takes_list(old.number(), to);
    const mode_t mode = about.st_mode & 0777;
    return code_of_call(::fchmod(to, kept ? mode : for_another_group(mode)) == 0);
}

}  // namespace mincoap::posix::detail
