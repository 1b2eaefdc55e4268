// Writes a body of which only a window is kept: one block of a representation that is made anew for
// each (RFC 7959).
#pragma once

#include <mincoap/message/bytes.hpp>
#include <mincoap/message/etag.hpp>

namespace mincoap::message {

// Bytes outside the window are counted, and not kept: writing never fails. A caller that needs all
// of a body in one span checks afterwards that `size()` is no larger than the span.
class body_writer {
public:
    // Keeps nothing: tells the size and the entity-tag.
    constexpr body_writer() = default;

    // Keeps what falls into the window, which begins at that offset of the body, in bytes.
    constexpr explicit body_writer(mutable_bytes window, std::size_t offset = 0) : window_(window), ahead_(offset) {}

    // The same of a body whose entity-tag is known. It is not read for one: a part outside the
    // window takes no time, however long it is.
    constexpr body_writer(mutable_bytes window, std::size_t offset, etag known)
        : window_(window), ahead_(offset), tag_(known), is_tag_known_(true) {}

    // Not copied: a function that takes a copy would write into nothing.
    body_writer(const body_writer&) = delete;
    body_writer& operator=(const body_writer&) = delete;

    constexpr void put(byte b);
    constexpr void put(bytes part);
    constexpr void put(std::string_view part);

    // Of the whole body as far as it is written, in bytes.
    constexpr std::size_t size() const { return size_; }
    constexpr etag tag() const { return tag_; }

private:
    template <typename Part>
    constexpr void put_all(Part part);
    template <typename Character>
    constexpr void keep(const Character* part, std::size_t size);

    mutable_bytes window_;   // as far as it is empty
    std::size_t ahead_ = 0;  // so many bytes come before it
    std::size_t size_ = 0;
    etag tag_;
    bool is_tag_known_ = false;
};

// The templates come before the functions that call them: within the class, Clang would make them
// too late for a constant.
template <typename Character>
constexpr void body_writer::keep(const Character* part, std::size_t size) {
    ahead_ = 0;
    if (size > window_.size()) size = window_.size();
    copy_bytes(part, size, window_.data());
    window_ = window_.subspan(size);
}

template <typename Part>
constexpr void body_writer::put_all(Part part) {
    size_ += part.size();
    if (!is_tag_known_) tag_.add(part);
    if (part.size() <= ahead_) ahead_ -= part.size();
    else keep(part.data() + ahead_, part.size() - ahead_);
}

constexpr void body_writer::put(byte b) { put(bytes{&b, 1}); }
constexpr void body_writer::put(bytes part) { put_all(part); }
constexpr void body_writer::put(std::string_view part) { put_all(part); }

}  // namespace mincoap::message

namespace mincoap {
using message::body_writer;
}  // namespace mincoap
