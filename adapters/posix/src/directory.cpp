#include <mincoap/posix/directory.hpp>

#include <algorithm>
#include <cerrno>

#include <sys/resource.h>
#include <unistd.h>

#include <mincoap/resource/replies.hpp>

#include "entry.hpp"
#include "links.hpp"
#include "system_error.hpp"

namespace mincoap::posix {
namespace {

using detail::code_of;
using detail::descriptor;
using detail::place;

// Returns whether a body of that Content-Format may be written to a file of that name. Without a
// Content-Format, the body has the format of the name (RFC 7252 §5.5.1).
bool takes(content_format of_name, format_option given) {
    return given.is_absent() || of_name == content_format::octet_stream || given == format_option{of_name};
}

struct file_content {
    detail::served_file* file;
    body_info all;

    body_info measure() const { return all; }
    bool read(std::uint32_t offset, mutable_bytes to) const { return file->read(offset, to); }
};

}  // namespace

std::expected<directory, std::error_code> directory::open(const char* path, std::uint32_t capacity) {
    descriptor root{::open(path, detail::path_only)};
    if (!root.is_open()) return std::unexpected(error_from(errno));
    return directory{std::move(root), capacity};
}

std::uint32_t directory::capacity() const {
    rlimit size{};
    const bool is_limited = ::getrlimit(RLIMIT_FSIZE, &size) == 0 && size.rlim_cur < capacity_;
    return is_limited ? static_cast<std::uint32_t>(size.rlim_cur) : capacity_;
}

// Walks down the path, segment by segment.
code directory::find(const request& r, place& to) const {
    if (!root_.is_open()) return code::service_unavailable;
    to.parent = root_.number();
    code found = code::empty;
    bool first = true;
    for (const message::option_view segment : r.segments()) {
        if (found == code::empty && !first) found = detail::descend(to);
        if (found == code::empty && !detail::set_name(to, segment.text())) found = code::not_found;
        first = false;
    }
    return found;
}

reply directory::get(const request& r) {
    place at;
    served_.end();  // the last reply did not read it if it was not acceptable
    if (const code refused = find(r, at); refused != code::empty) return refused;
    detail::file_status look;
    if (const code refused = detail::look_at_served(at, look); refused != code::empty) return refused;
    return detail::is_directory(look) ? list(r, at) : read(r, at, look);
}

reply directory::read(const request& r, const place& at, detail::file_status& look) {
    const block2_query query = read_block2(r);
    if (const code refused = served_.begin(at, look, query.offset(), query.size()); refused != code::empty)
        return refused;
    constexpr auto max_size = (std::uint32_t{block::max_number} + 1) << (4 + block::max_size_exponent);
    if (static_cast<std::uint64_t>(look.st_size) > max_size)
        return diagnostic(code::not_implemented, "larger than 1 GiB");
    const body_info all{static_cast<std::uint32_t>(look.st_size), detail::tag_of(look)};
    return in_blocks(r, detail::format_of(at.name.data()), file_content{&served_, all});
}

// Reads the directory once per block. The listing is written over the request, so its path is
// copied before.
reply directory::list(const request& r, const place& at) {
    const std::string path = detail::path_of(r);
    code failed = code::empty;
    const generated_body listing{[&](body_writer& to) { failed = detail::write_links(at, path, to); }};
    const reply listed = in_blocks<content_format::link_format>(r, listing);
    return failed != code::empty ? failed : listed;
}

reply directory::put(const request& r) {
    place target;
    if (const code refused = find(r, target); refused != code::empty) return refused;
    if (!takes(detail::format_of(target.name.data()), r.content_format)) return code::unsupported_content_format;
    block1_query query;
    if (!read_block1(r, query)) return code::bad_request;
    if (query.exceeds(capacity(), r)) {
        if (upload_.is_of(target, r)) upload_ = {};
        return too_large(capacity());
    }
    if (query.is_first() && query.has_more())
        if (const std::uint32_t seconds = upload_.seconds_to_wait(r); seconds != 0) return unavailable(seconds);
    return block1_reply(write(r, std::move(target), query.part), query);
}

// A body in a single request is written apart from the upload that is under way.
code directory::write(const request& r, place target, const block& part) {
    const bool goes_on = upload_.is_of(target, r);
    if (part.number != 0) return goes_on ? upload_.write(r, part) : code::request_entity_incomplete;
    if (goes_on) upload_ = {};
    detail::upload fresh;
    if (const code refused = fresh.begin(std::move(target), r); refused != code::empty) return refused;
    const code written = fresh.write(r, part);
    if (written == code::continue_) upload_ = std::move(fresh);
    return written;
}

reply directory::delete_(const request& r) {
    place at;
    std::optional<etag> tag;
    code refused = find(r, at);
    if (refused == code::empty) refused = detail::current(at, tag);
    if (refused != code::empty && refused != code::not_found) return refused;
    if (!precondition_holds(r, tag)) return code::precondition_failed;
    if (tag && ::unlinkat(at.parent, at.name.data(), 0) != 0 && errno != ENOENT) return code_of(errno);
    return code::deleted;  // RFC 7252 §5.8.4: also if there was nothing
}

}  // namespace mincoap::posix
