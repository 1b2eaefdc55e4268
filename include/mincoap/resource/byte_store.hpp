// A body of bytes in RAM, to be written and read block by block:
//
//     static byte_store<4096> image;
//     at<"image">(get_blocks(image), put_blocks(image))
#pragma once

#include <mincoap/resource/upload.hpp>

namespace mincoap {

// Empty at first. A block at offset 0 begins anew, and until the last one has come there is nothing to be read, so that no
// reader gets a mixture.
template <std::uint32_t Capacity>
class byte_store {
public:
    static constexpr std::uint32_t capacity() { return Capacity; }

    constexpr bytes content() const { return bytes{memory_}.first(all_.size); }

    constexpr code write(std::uint32_t offset, bytes data, bool more) {
        if (offset == 0) begin();
        const auto size = static_cast<std::uint32_t>(data.size());
        if (offset > next_ || size > Capacity - offset) return code::request_entity_incomplete;  // RFC 7959 §2.9.2
        copy_bytes(data.data(), data.size(), memory_.data() + offset);
        next_ = offset + size;
        if (!more) all_ = {next_, etag{bytes{memory_}.first(next_)}};
        return code::changed;
    }

    constexpr extent measure() const { return all_; }
    constexpr bool read(std::uint32_t offset, mutable_bytes to) const {
        if (offset > all_.size || to.size() > all_.size - offset) return false;
        copy_bytes(memory_.data() + offset, to.size(), to.data());
        return true;
    }

private:
    constexpr void begin() {
        next_ = 0;
        all_ = {};
    }

    std::array<byte, Capacity> memory_{};
    std::uint32_t next_ = 0;  // where the next block goes
    extent all_;
};

}  // namespace mincoap
