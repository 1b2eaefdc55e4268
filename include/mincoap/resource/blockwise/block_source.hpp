// Sources of block-wise responses (RFC 7959): bodies that are read one block at a time.
//
// For users: `document`, `generated` and `get_blocks` are resources that serve a source; see
// document.hpp. Your own handler answers from a source with `in_blocks`; see in_blocks.hpp.
//
// A body may change between two blocks. It must not change during the calls for one block: if an
// interrupt can change it, serve a copy.
#pragma once

#include <mincoap/message/body_writer.hpp>
#include <mincoap/message/content_format.hpp>

namespace mincoap {

// The size of a whole body, in bytes, and its entity-tag.
struct body_info {
    std::uint32_t size = 0;
    etag tag;
};

// A body that is read in blocks. Its functions are const:
//
//   body_info measure()
//       Returns the size and the entity-tag of the whole body. It is called once per block and should
//       not have to read the whole body; see `etag`.
//   bool read(std::uint32_t offset, mutable_bytes to)
//       Fills all of `to` with the bytes that begin at `offset`, in bytes. They lie within the size.
//       Returns false if they cannot be read: the client gets 5.00.
//   bool exists()
//       Optional. Returns false while there is no body: the client gets 4.04 for a GET, and If-Match
//       does not hold. Without this function there always is a body, even if its size is 0.
//
// `in_blocks` copies its source, which must be a plain value of up to three pointers' size; see
// `source_ref`.
template <typename S>
concept block_source = requires(const S& s, std::uint32_t offset, mutable_bytes to) {
    { s.measure() } -> std::same_as<body_info>;
    { s.read(offset, to) } -> std::same_as<bool>;
};

// A source whose body is made anew for each block, and may be another one each time. Once per
// block, `generate` measures the whole body and writes the bytes that begin at `offset` to `to`, as
// many as there are.
template <typename S>
concept generating_source = block_source<S> && requires(const S& s, std::uint32_t offset, mutable_bytes to) {
    { s.generate(offset, to) } -> std::same_as<body_info>;
};

// A source whose Content-Format is known at run time only.
template <typename S>
concept formatted_source = block_source<S> && requires(const S& s) {
    { s.format() } -> std::same_as<content_format>;
};

// Refers to a source, which must outlive the exchange.
template <block_source Source>
struct source_ref {
    const Source* target;

    [[nodiscard]] body_info measure() const { return target->measure(); }
    [[nodiscard]] bool read(std::uint32_t offset, mutable_bytes to) const { return target->read(offset, to); }
    [[nodiscard]] bool exists() const
        requires requires { target->exists(); }
    {
        return target->exists();
    }
    [[nodiscard]] body_info generate(std::uint32_t offset, mutable_bytes to) const
        requires generating_source<Source>
    {
        return target->generate(offset, to);
    }
};

namespace detail {

template <block_source Source>
[[nodiscard]] bool has_body(const Source& source) {
    if constexpr (requires { source.exists(); }) return source.exists();
    else return true;
}

}  // namespace detail

}  // namespace mincoap
