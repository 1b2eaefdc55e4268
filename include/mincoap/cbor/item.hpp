// The types of CBOR data items, and their heads (RFC 8949 §3). The reader and the writer share
// them.
#pragma once

#include <mincoap/message/bytes.hpp>

namespace mincoap::cbor {

// The major types (RFC 8949 §3.1). Major type 7 appears as two types, `simple` and
// `floating_point`.
enum class type : byte {
    unsigned_integer = 0,
    negative_integer = 1,
    byte_string = 2,
    text_string = 3,
    array = 4,
    map = 5,
    tag = 6,
    simple = 7,
    floating_point = 8,
    nothing = 9,  // there is no item
};

// Simple values (RFC 8949 §3.3).
inline constexpr byte false_value = 20;
inline constexpr byte true_value = 21;
inline constexpr byte null_value = 22;
inline constexpr byte undefined_value = 23;

namespace detail {

// The first byte of an item has the major type in its upper 3 bits and the additional information
// in its lower 5 bits. The information is an argument below 24, or 24 to 27 if 1, 2, 4 or 8 bytes
// with the argument follow, or 31 for an indefinite length (RFC 8949 §3).
inline constexpr unsigned argument_of_1_byte = 24;
inline constexpr unsigned argument_of_2_bytes = 25;
inline constexpr unsigned argument_of_4_bytes = 26;
inline constexpr unsigned argument_of_8_bytes = 27;
inline constexpr unsigned indefinite_length = 31;
inline constexpr byte break_code = 0xff;

constexpr byte initial_byte(type major, unsigned information) {
    return static_cast<byte>(static_cast<unsigned>(major) << 5 | information);
}

// The additional information of the shortest head for an argument (RFC 8949 §4.2.1).
constexpr unsigned shortest_information(std::uint64_t argument) {
    if (argument >> 32 != 0) return argument_of_8_bytes;
    const auto low = static_cast<std::uint32_t>(argument);
    if (low < argument_of_1_byte) return low;
    return low < 0x100 ? argument_of_1_byte : low < 0x1'0000 ? argument_of_2_bytes : argument_of_4_bytes;
}

}  // namespace detail
}  // namespace mincoap::cbor
