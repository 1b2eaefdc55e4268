// A body of bytes in RAM, to be written and read block by block:
//
//     static byte_store<4096> image;
//     at<"image">(get_blocks(image), put_blocks(image))
#pragma once

#include <optional>

#include <mincoap/resource/upload.hpp>

namespace mincoap {

// Empty at first. A block at offset 0 begins anew, and until the last one has come there is nothing to be read. What is
// read does not change then without its ETag. Two clients that write in step can mix what they write; see upload.hpp.
template <std::uint32_t Capacity>
class byte_store {
public:
    static constexpr std::uint32_t capacity() { return Capacity; }

    constexpr bytes content() const { return bytes{memory_}.first(measure().size); }

    constexpr code write(std::uint32_t offset, bytes data, bool more) {
        if (offset == 0) begin();
        if (offset < next_) return repeats(offset, data) ? code::changed : code::request_entity_incomplete;
        if (all_ || offset != next_ || data.size() > Capacity - offset)
            return code::request_entity_incomplete;  // RFC 7959 §2.9.2
        copy_bytes(data.data(), data.size(), memory_.data() + offset);
        next_ += static_cast<std::uint32_t>(data.size());
        if (!more) all_ = extent{next_, etag{bytes{memory_}.first(next_)}};
        return code::changed;
    }

    constexpr extent measure() const { return all_.value_or(extent{}); }
    constexpr bool read(std::uint32_t offset, mutable_bytes to) const {
        const std::uint32_t size = measure().size;
        if (offset > size || to.size() > size - offset) return false;
        copy_bytes(memory_.data() + offset, to.size(), to.data());
        return true;
    }

private:
    constexpr void begin() {
        next_ = 0;
        all_.reset();
    }

    // Whether that was written before: the answer to it was lost.
    constexpr bool repeats(std::uint32_t offset, bytes data) const {
        return data.size() <= next_ - offset && equal_bytes(data.data(), memory_.data() + offset, data.size());
    }

    std::array<byte, Capacity> memory_{};
    std::uint32_t next_ = 0;     // where the next block goes
    std::optional<extent> all_;  // once it is complete; until then it is zeros, as all of a static store is
};

}  // namespace mincoap
