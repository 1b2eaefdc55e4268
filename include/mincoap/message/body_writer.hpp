// Writes a whole body but keeps only a window of it. The server renders a representation anew for
// each block, and keeps that block (RFC 7959).
#pragma once

#include <mincoap/message/bytes.hpp>
#include <mincoap/message/etag.hpp>

namespace mincoap::message {

// Counts the bytes outside the window without keeping them, so writing never fails. A caller that
// needs all of a body in one span checks afterwards that `size()` is no larger than the span.
class body_writer {
public:
    // Keeps no bytes. Computes the size and the entity-tag only.
    constexpr body_writer() = default;

    // Keeps the bytes that fall into the window. The window begins `offset` bytes into the body.
    constexpr explicit body_writer(mutable_bytes window, std::size_t offset = 0) : window_(window), ahead_(offset) {}

    // The same for a body whose entity-tag is known and not computed. A part outside the window
    // takes no time, whatever its size.
    constexpr body_writer(mutable_bytes window, std::size_t offset, etag known)
        : window_(window), ahead_(offset), tag_(known), is_tag_known_(true) {}

    // Not copyable: if a function took a copy, the bytes that it writes would be lost.
    body_writer(const body_writer&) = delete;
    body_writer& operator=(const body_writer&) = delete;

    constexpr void put(byte b);
    constexpr void put(bytes part);
    constexpr void put(std::string_view part);

    // The size in bytes and the entity-tag of the body written so far. Both include the bytes
    // outside the window.
    constexpr std::size_t size() const { return size_; }
    constexpr etag tag() const { return tag_; }

private:
    template <typename Part>
    constexpr void put_all(Part part);
    template <typename Character>
    constexpr void keep(const Character* part, std::size_t size);

    mutable_bytes window_;   // the part that is still empty
    std::size_t ahead_ = 0;  // bytes that still come before it
    std::size_t size_ = 0;
    etag tag_;
    bool is_tag_known_ = false;
};

// The templates are defined before the functions that call them. Inside the class, Clang would
// instantiate them too late for a constant expression.
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
