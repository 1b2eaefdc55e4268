// A body in RAM that clients read and write block by block:
//
//     static byte_store<4096> image;
//     at<"image">(get_blocks(image), put_blocks(image))
//
//     byte_store<64> name{"unnamed"};     with a body from the beginning
//     formatted_store<4096> anything;     a body of any Content-Format, which a GET returns
#pragma once

#include <optional>

#include <mincoap/resource/blockwise/upload.hpp>
#include <mincoap/resource/replies.hpp>

namespace mincoap {
namespace detail {

// The Content-Format of the body, and the empty class in its place if the store keeps none.
struct kept_format {
    content_format value{};

    static content_format of(const request& r) {
        const auto number = static_cast<content_format>(r.content_format.encoded() - 1);
        return r.content_format.is_absent() ? content_format::octet_stream : number;
    }
    bool matches(const request& r) const { return r.content_format.is_absent() || of(r) == value; }
    constexpr void add_to(etag& tag) const {
        tag.add(static_cast<byte>(static_cast<unsigned>(value) >> 8));
        tag.add(static_cast<byte>(value));
    }
};
struct no_format {
    static no_format of(const request&) { return {}; }
    static bool matches(const request&) { return true; }
    static constexpr void add_to(etag&) {}
};

}  // namespace detail

// A store of up to `Capacity` bytes. It is a `block_source` and an `answering_sink`.
//
// A store that is made without a body has none: a GET is answered with 4.04. A block at offset 0
// discards the body, and the store has none until the last block has arrived. So a body never
// changes without its ETag.
//
// The store takes one upload at a time. The first block of another upload is answered with 5.03 and
// Max-Age, see `upload_owner`; a later block with 4.08. So the body was always written by one
// client, or by the program.
template <std::uint32_t Capacity, bool KeepsFormat = false>
class byte_store {
    using kept = std::conditional_t<KeepsFormat, detail::kept_format, detail::no_format>;

public:
    // The store checks conditions itself, when an upload begins, and not again when its first block
    // is repeated.
    static constexpr option_set accepted_options = conditional_options;

    constexpr byte_store() = default;
    constexpr explicit byte_store(bytes content)
        requires(!KeepsFormat)
    {
        fill(content.data(), content.size());
    }
    constexpr explicit byte_store(std::string_view content)
        requires(!KeepsFormat)
    {
        fill(content.data(), content.size());
    }
    constexpr byte_store(content_format format, bytes content)
        requires KeepsFormat
        : format_{format} {
        fill(content.data(), content.size());
    }
    constexpr byte_store(content_format format, std::string_view content)
        requires KeepsFormat
        : format_{format} {
        fill(content.data(), content.size());
    }

    [[nodiscard]] static constexpr std::uint32_t capacity() { return Capacity; }

    // The body; empty if there is none.
    [[nodiscard]] constexpr bytes content() const { return bytes{memory_}.first(measure().size); }
    [[nodiscard]] constexpr content_format format() const
        requires KeepsFormat
    {
        return format_.value;
    }

    // Writes a part of the body for the program itself. A part at offset 0 ends any upload that is
    // under way. `more` is true if other parts follow. Returns 2.04, or 4.08 if the part leaves a
    // gap or does not fit.
    [[nodiscard]] constexpr code write(std::uint32_t offset, bytes data, bool more)
        requires(!KeepsFormat)
    {
        return write_own(offset, data, more);
    }
    [[nodiscard]] constexpr code write(content_format format, std::uint32_t offset, bytes data, bool more)
        requires KeepsFormat
    {
        if (offset == 0) format_ = {format};
        return write_own(offset, data, more);
    }

    // Writes a block for a client.
    [[nodiscard]] reply write(const request& r, std::uint32_t offset, bytes data, bool more) {
        const std::uint32_t seconds = offset == 0 ? owner_.seconds_to_wait(r) : 0;
        return seconds != 0 ? unavailable(seconds) : reply{write_block(r, offset, data, more)};
    }

    [[nodiscard]] constexpr bool exists() const { return all_.has_value(); }
    [[nodiscard]] constexpr body_info measure() const { return all_.value_or(body_info{}); }
    [[nodiscard]] constexpr bool read(std::uint32_t offset, mutable_bytes to) const {
        const std::uint32_t size = measure().size;
        if (offset > size || to.size() > size - offset) return false;
        copy_bytes(memory_.data() + offset, to.size(), to.data());
        return true;
    }

    // The code of the answer to the request that wrote the body; 4.08 if there is no body.
    [[nodiscard]] constexpr code answered() const { return exists() ? success_ : code::request_entity_incomplete; }

private:
    template <typename Byte>
    constexpr void fill(const Byte* from, std::size_t size) {
        MINCOAP_ASSERT(size <= Capacity);
        if (size > Capacity) return;
        copy_bytes(from, size, memory_.data());
        next_ = static_cast<std::uint32_t>(size);
        success_ = code::changed;
        complete();
    }

    constexpr code write_own(std::uint32_t offset, bytes data, bool more) {
        if (offset == 0) owner_ = {}, success_ = code::changed;
        return put(offset, data, more);
    }

    code write_block(const request& r, std::uint32_t offset, bytes data, bool more) {
        const code done = offset == 0 ? begin(r, data, more) : go_on(r);
        if (done != code::empty) return done;
        const code written = put(offset, data, more);
        return is_error(written) ? written : success_;
    }

    // Each returns the answer if there is nothing to write, and else `code::empty`.
    code begin(const request& r, bytes data, bool more) {
        if (!is_repeated(r, data, more)) {
            if (!conditions_hold(r, *this)) return code::precondition_failed;
            success_ = exists() || r.method() != code::put ? code::changed : code::created;
            format_ = {kept::of(r)};
        } else if (!more) {
            return success_;
        }
        owner_.begin(r);
        return code::empty;
    }
    code go_on(const request& r) {
        return owner_.goes_on(r) && format_.matches(r) ? code::empty : code::request_entity_incomplete;
    }

    // Returns whether a first block arrived before and its answer was lost (RFC 7252 §4.5): the
    // first block of the upload that is under way, or the whole body.
    bool is_repeated(const request& first, bytes data, bool more) const {
        if (!owner_.owns(first) || !format_.matches(first) || !holds(0, data)) return false;
        return exists() ? !more && data.size() == next_ && owner_.is_repeated(first) : more && owner_.under_way();
    }

    constexpr code put(std::uint32_t offset, bytes data, bool more) {
        if (offset == 0) next_ = 0, all_.reset();
        if (offset < next_ || exists())
            return repeats(offset, data, more) ? code::changed : code::request_entity_incomplete;
        if (offset != next_ || data.size() > Capacity - offset)
            return code::request_entity_incomplete;  // RFC 7959 §2.9.2
        copy_bytes(data.data(), data.size(), memory_.data() + offset);
        next_ += static_cast<std::uint32_t>(data.size());
        if (!more) complete();
        return code::changed;
    }

    constexpr void complete() {
        etag tag{bytes{memory_}.first(next_)};
        format_.add_to(tag);
        all_ = body_info{next_, tag};
        owner_.end();
    }

    // Returns whether these bytes were written before and the answer was lost. Only the last block
    // ends the body.
    constexpr bool repeats(std::uint32_t offset, bytes data, bool more) const {
        if (!holds(offset, data)) return false;
        const bool at_end = offset + data.size() == next_;
        return exists() ? at_end != more : more;
    }

    // Returns whether the memory has these bytes at that offset.
    constexpr bool holds(std::uint32_t offset, bytes data) const {
        return offset <= next_ && data.size() <= next_ - offset &&
               (data.empty() || equal_bytes(data.data(), memory_.data() + offset, data.size()));
    }

    std::array<byte, Capacity> memory_{};
    std::uint32_t next_ = 0;        // the offset of the next block
    std::optional<body_info> all_;  // set once the body is complete; zeros until then keep a static store in .bss
    code success_ = code::empty;    // the answer to the last block
    [[no_unique_address]] kept format_{};
    upload_owner owner_;
};

// A store that keeps the Content-Format of its body; application/octet-stream if a PUT names none.
// A GET whose Accept is another format is answered with 4.06.
template <std::uint32_t Capacity>
using formatted_store = byte_store<Capacity, true>;

}  // namespace mincoap
