// Writes a body of which only a window is kept: one block of a representation that is made anew for each (RFC 7959).
#pragma once

#include <mincoap/message/bytes.hpp>
#include <mincoap/message/etag.hpp>

namespace mincoap::message {

// What goes past the window is counted, and not kept: writing never fails. Who wants all of a body in one span looks
// afterwards whether `size()` is larger than that.
class body_writer {
public:
    // Keeps nothing: tells the size and the entity-tag.
    constexpr body_writer() = default;

    // Keeps what falls into the window, which begins at that offset of the body, in bytes.
    constexpr explicit body_writer(mutable_bytes window, std::size_t offset = 0) : window_(window), offset_(offset) {}

    constexpr void put(byte b) { put(bytes{&b, 1}); }
    constexpr void put(bytes part);
    constexpr void put(std::string_view part);

    // Of the whole body as far as it is written, in bytes.
    constexpr std::size_t size() const { return size_; }
    constexpr etag tag() const { return tag_; }

private:
    template <typename Character>
    constexpr void put_all(const Character* part, std::size_t count);

    mutable_bytes window_;
    std::size_t offset_ = 0;
    std::size_t size_ = 0;
    etag tag_;
};

template <typename Character>
constexpr void body_writer::put_all(const Character* part, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i, ++size_) {
        const auto b = static_cast<byte>(part[i]);
        tag_.add(b);
        if (size_ - offset_ < window_.size()) window_[size_ - offset_] = b;  // wraps around in front of the window
    }
}

constexpr void body_writer::put(bytes part) { put_all(part.data(), part.size()); }
constexpr void body_writer::put(std::string_view part) { put_all(part.data(), part.size()); }

}  // namespace mincoap::message

namespace mincoap {
using message::body_writer;
}  // namespace mincoap
