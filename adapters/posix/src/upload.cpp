#include <cerrno>

#include <sys/file.h>
#include <unistd.h>

#include "entry.hpp"
#include "rights.hpp"

namespace mincoap::posix::detail {
namespace {

// Removes a part that no process has locked. If another process has put it in place meanwhile, it
// is no longer there.
void remove_abandoned(int parent, const char* name) {
    file_status about;
    if (!look_at(parent, name, about) || !is_file(about)) return;
    const descriptor left{::openat(parent, name, read_only)};
    if (!left.is_open() || ::flock(left.number(), LOCK_EX | LOCK_NB) != 0) return;
    if (is_at(parent, name, left.number())) ::unlinkat(parent, name, 0);
}

bool same_directory(int a, int b) {
    file_status about_a;
    file_status about_b;
    return ::fstat(a, &about_a) == 0 && ::fstat(b, &about_b) == 0 && is_same(about_a, about_b);
}

// Waits until the file is on the disk. EINVAL means a file system without a disk, which is no
// error.
bool bring_to_disk(int file) {
    while (::fsync(file) != 0)
        if (errno != EINTR) return errno == EINVAL;
    return true;
}

}  // namespace

// ---- A new file beside its target

part_file& part_file::operator=(part_file&& other) noexcept {
    std::swap(target_, other.target_);  // `other` removes the part that was here
    std::swap(file_, other.file_);
    std::swap(number_, other.number_);
    return *this;
}

part_file::part_name part_file::name() const {
    part_name text{".mincoap-part-"};
    *(text.end() - 2) = number_;
    return text;
}

bool part_file::is_at_its_name() const { return is_at(target_.parent, name().data(), file_.number()); }

code part_file::open(place target, bool replaces_file) {
    target_ = std::move(target);
    if (const code failed = own_parent(target_); failed != code::empty) return failed;
    for (number_ = '0'; number_ <= '9'; ++number_) remove_abandoned(target_.parent, name().data());
    for (number_ = '0'; number_ <= '9'; ++number_)
        if (const code made = create(replaces_file); made != code::conflict) return made;
    return code::service_unavailable;
}

// Returns 4.09 if another process has a part of that number. Until the new part is locked, another
// process may take it for abandoned and remove it.
code part_file::create(bool replaces_file) {
    constexpr int fresh = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    file_ = descriptor{::openat(target_.parent, name().data(), fresh, replaces_file ? 0600 : 0666)};
    if (!file_.is_open()) return errno == EEXIST ? code::conflict : code_of(errno);
    const bool is_locked = ::flock(file_.number(), LOCK_EX | LOCK_NB) == 0;
    if (!is_locked && errno != EWOULDBLOCK) return code_of(errno);
    if (is_locked && is_at_its_name()) return code::empty;
    file_ = {};
    return code::conflict;
}

code part_file::append(bytes data) {
    while (!data.empty()) {
        const ssize_t size = ::write(file_.number(), data.data(), data.size());
        if (size < 0 && errno != EINTR) return code_of(errno);
        if (size == 0) return code::internal_server_error;
        if (size > 0) data = data.subspan(static_cast<std::size_t>(size));
    }
    return code::empty;
}

code part_file::take_rights_of_target() { return take_rights(target_, file_.number()); }

// The body is on the disk before it is in place: after a power failure, the file is the old or the
// new one, and never empty.
code part_file::put_in_place() {
    const int parent = target_.parent;
    if (!bring_to_disk(file_.number())) return code_of(errno);
    if (!is_at_its_name()) return code::internal_server_error;  // another program has removed it
    if (::renameat(parent, name().data(), parent, target_.name.data()) != 0) return code_of(errno);
    file_ = {};
    return code::empty;
}

void part_file::discard() {
    if (file_.is_open() && is_at_its_name()) ::unlinkat(target_.parent, name().data(), 0);
    file_ = {};
}

// ---- The upload of a body

code upload::begin(place target, const request& r) {
    if (const code refused = current(target, original_); refused != code::empty) return refused;
    if (!precondition_holds(r, original_)) return code::precondition_failed;  // RFC 7252 §5.10.8
    conditional_ = (r.critical_options & conditional_options) != 0;
    owner_.begin(r);
    return part_.open(std::move(target), original_.has_value());
}

bool upload::is_of(const place& target, const request& r) const {
    const place& own = part_.target();
    return owner_.owns(r) && std::string_view{target.name.data()} == own.name.data() &&
           same_directory(target.parent, own.parent);
}

code upload::write(const request& r, const block& part) {
    const etag content{r.payload()};
    const bool repeated = answer_ != code::empty && part.offset() == last_offset_ && content == last_;
    if (repeated && part.more == (answer_ == code::continue_)) return answer_;  // RFC 7252 §4.5: its answer was lost
    const bool is_next = part_.is_open() && part.offset() == size_ && owner_.goes_on(r);
    if (!is_next) return code::request_entity_incomplete;  // RFC 7959 §2.9.2
    last_offset_ = size_;
    last_ = content;
    size_ += static_cast<std::uint32_t>(r.payload().size());
    answer_ = store(r, part.more);
    if (is_error(answer_)) part_.discard();
    if (answer_ != code::continue_) owner_.end();
    return answer_;
}

code upload::store(const request& r, bool more) {
    if (const code failed = part_.append(r.payload()); failed != code::empty) return failed;
    return more ? code::continue_ : finish(r);
}

code upload::finish(const request& r) {
    std::optional<etag> now;
    if (const code refused = current(part_.target(), now); refused != code::empty) return refused;
    if ((conditional_ && now != original_) || !precondition_holds(r, now)) return code::precondition_failed;
    if (now)
        if (const code failed = part_.take_rights_of_target(); failed != code::empty) return failed;
    if (const code failed = part_.put_in_place(); failed != code::empty) return failed;
    return now ? code::changed : code::created;
}

}  // namespace mincoap::posix::detail
