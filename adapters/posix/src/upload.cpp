#include <cerrno>

#include <sys/file.h>
#include <unistd.h>

#include "entry.hpp"

namespace mincoap::posix::detail {
namespace {

// Removes a part that no process holds.
void remove_abandoned(int parent, const char* name) {
    const descriptor left{::openat(parent, name, read_only)};
    if (left.is_open() && ::flock(left.number(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(parent, name, 0);
}

bool same_directory(int a, int b) {
    file_status about_a;
    file_status about_b;
    return ::fstat(a, &about_a) == 0 && ::fstat(b, &about_b) == 0 && about_a.st_dev == about_b.st_dev &&
           about_a.st_ino == about_b.st_ino;
}

}  // namespace

// ---- a file beside its place

part_file& part_file::operator=(part_file&& other) noexcept {
    std::swap(target_, other.target_);  // what was here goes with `other`
    std::swap(file_, other.file_);
    std::swap(number_, other.number_);
    return *this;
}

part_file::part_name part_file::name() const {
    part_name text{".mincoap-part-"};
    *(text.end() - 2) = number_;
    return text;
}

code part_file::open(place target) {
    target_ = std::move(target);
    const int parent = target_.parent.number();
    for (number_ = '0'; number_ <= '9'; ++number_) {
        remove_abandoned(parent, name().data());
        file_ = descriptor{::openat(parent, name().data(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
        if (file_.is_open()) return code_of_call(::flock(file_.number(), LOCK_EX | LOCK_NB) == 0);
        if (errno != EEXIST) return code_of(errno);
    }
    return code::service_unavailable;
}

code part_file::append(bytes data) {
    while (!data.empty()) {
        const ssize_t size = ::write(file_.number(), data.data(), data.size());
        if (size < 0 && errno != EINTR) return code_of(errno);
        if (size > 0) data = data.subspan(static_cast<std::size_t>(size));
    }
    return code::empty;
}

// What is in place is on the disk: after a power failure, there is the old one or the new one, and no empty one.
code part_file::put_in_place() {
    const int parent = target_.parent.number();
    const bool done =
        ::fsync(file_.number()) == 0 && ::renameat(parent, name().data(), parent, target_.name.data()) == 0;
    if (!done) return code_of(errno);
    file_ = {};
    return code::empty;
}

void part_file::discard() {
    if (!file_.is_open()) return;
    ::unlinkat(target_.parent.number(), name().data(), 0);
    file_ = {};
}

// ---- a body on its way

code upload::begin(place target, const request& r) {
    if (const code refused = current(target, original_); refused != code::empty) return refused;
    if (!precondition_holds(r, original_)) return code::precondition_failed;  // RFC 7252 §5.10.8
    conditional_ = (r.critical & conditional_options) != 0;
    from_ = r.remote();
    return part_.open(std::move(target));
}

bool upload::is_of(const place& target, const net::endpoint& remote) const {
    const place& own = part_.target();
    return remote == from_ && std::string_view{target.name.data()} == own.name.data() &&
           same_directory(target.parent.number(), own.parent.number());
}

code upload::take(const request& r, const block& part) {
    const etag content{r.payload()};
    const bool repeated = answer_ != code::empty && part.offset() == last_offset_ && content == last_;
    if (repeated && part.more == (answer_ == code::continue_)) return answer_;  // RFC 7252 §4.5: its answer was lost
    if (!part_.is_open() || part.offset() != size_) return code::request_entity_incomplete;  // RFC 7959 §2.9.2
    last_offset_ = size_;
    last_ = content;
    size_ += static_cast<std::uint32_t>(r.payload().size());
    answer_ = store(r, part.more);
    if (is_error(answer_)) part_.discard();
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
    if (const code failed = part_.put_in_place(); failed != code::empty) return failed;
    return now ? code::changed : code::created;
}

}  // namespace mincoap::posix::detail
