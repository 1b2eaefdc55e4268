#include "rights.hpp"

#include <cerrno>

#include <sys/xattr.h>
#include <unistd.h>

#include "entry.hpp"

namespace mincoap::posix::detail {
namespace {

bool has_no_list(int error) { return error == ENODATA || error == EOPNOTSUPP; }

// Copies the access control list (acl(5)). A new file may have the default list of its directory,
// which differs from that of the old file.
bool takes_list(int from, int to) {
    constexpr const char* name = "system.posix_acl_access";
    std::array<byte, 4096> list;
    const ssize_t size = ::fgetxattr(from, name, list.data(), list.size());
    if (size >= 0) return ::fsetxattr(to, name, list.data(), static_cast<std::size_t>(size), 0) == 0;
    return has_no_list(errno) && (::fremovexattr(to, name) == 0 || has_no_list(errno));
}

// Copies the owner and the group. Returns true if at least the group could be kept.
bool takes_owner(const file_status& from, int to) {
    file_status is;
    if (::fstat(to, &is) != 0) return false;
    if (is.st_uid == from.st_uid && is.st_gid == from.st_gid) return true;
    constexpr uid_t same = -1U;
    return ::fchown(to, from.st_uid, from.st_gid) == 0 || ::fchown(to, same, from.st_gid) == 0;
}

// Removes each permission of the group that others do not have.
mode_t for_another_group(mode_t mode) { return mode & ~(~(mode << 3) & 070U); }

}  // namespace

code take_rights(const place& from, int to) {
    descriptor old;
    file_status about;
    code opened = look_at_served(from, about);
    if (opened == code::empty)
        opened = open_served(from, old, about);  // a file that cannot be opened (4.03) can still be replaced
    if (opened == code::not_found) return code::empty;
    if (opened != code::empty && opened != code::forbidden) return opened;
    const bool kept = takes_owner(about, to) && opened == code::empty && takes_list(old.number(), to);
    const mode_t mode = about.st_mode & 0777;
    return code_of_call(::fchmod(to, kept ? mode : for_another_group(mode)) == 0);
}

}  // namespace mincoap::posix::detail
