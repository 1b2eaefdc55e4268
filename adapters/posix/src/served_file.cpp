#include <algorithm>

#include "entry.hpp"

namespace mincoap::posix::detail {
namespace {

bool is_same_time(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

}  // namespace

// ctime changes with the permissions, too, which may no longer allow to open the file.
bool served_file::is_unchanged(const file_status& look) const {
    return is_same(look, look_) && look.st_size == look_.st_size && look.st_mode == look_.st_mode &&
           is_same_time(look.st_mtim, look_.st_mtim) && is_same_time(look.st_ctim, look_.st_ctim);
}

bool served_file::has(std::uint32_t offset, std::uint32_t size) const {
    if (offset < begin_ || offset >= end_) return false;
    return size <= end_ - offset || end_ == static_cast<std::uint64_t>(look_.st_size);
}

code served_file::begin(const place& at, file_status& look, std::uint32_t offset, std::uint32_t size) {
    if (offset != 0 && is_unchanged(look) && has(offset, size)) return code::empty;
    if (const code refused = open_served(at, file_, look); refused != code::empty) return refused;
    const bool goes_on = offset > begin_ && offset <= std::uint64_t{end_} + longest_step && is_unchanged(look);
    look_ = look;
    begin_ = end_ = offset;
    if (goes_on) read_ahead(offset);
    return code::empty;
}

void served_file::read_ahead(std::uint32_t offset) {
    if (!ahead_) ahead_ = std::make_unique_for_overwrite<byte[]>(capacity);
    end_ += static_cast<std::uint32_t>(read_at(file_.number(), offset, {ahead_.get(), capacity}));
}

bool served_file::read(std::uint32_t offset, mutable_bytes to) {
    const descriptor from = std::move(file_);
    if (offset >= begin_ && offset < end_ && to.size() <= end_ - offset) {
        std::copy_n(ahead_.get() + (offset - begin_), to.size(), to.begin());
        return true;
    }
    return from.is_open() && read_at(from.number(), offset, to) == to.size();
}

}  // namespace mincoap::posix::detail
