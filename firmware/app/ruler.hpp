// A body that is larger than the device's RAM, but takes neither RAM nor flash: each part is made on request. Every
// eight bytes are a line that contains its own offset, so that readers see where it belongs:
//
//     0000000
//     0000008
//     0000010
#pragma once

#include <mincoap/resource/blockwise/block_source.hpp>

namespace firmware {

struct ruler {
    static constexpr std::uint32_t size = 100'000, line_size = 8;

    // The body never changes, so any fixed tag will do.
    constexpr mincoap::body_info measure() const { return {size, mincoap::etag{"ruler"}}; }
    constexpr bool read(std::uint32_t offset, mincoap::mutable_bytes to) const {
        for (mincoap::byte& b : to) b = at(offset++);
        return true;
    }

private:
    // Hexadecimal, because it needs no division, which is slow on processors without a divider.
    static constexpr mincoap::byte at(std::uint32_t offset) {
        constexpr unsigned last = line_size - 1;
        const unsigned column = offset % line_size;
        if (column == last) return '\n';
        const std::uint32_t begin = offset - column;
        return static_cast<mincoap::byte>("0123456789abcdef"[begin >> 4 * (last - 1 - column) & 0xf]);
    }
};

}  // namespace firmware
