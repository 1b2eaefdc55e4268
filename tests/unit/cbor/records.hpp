// Records as maps: writing and reading them, and some structs with fields.
#pragma once

#include <mincoap/cbor/fields.hpp>

#include "written.hpp"

namespace mincoap::test {

using cbor::decode_as;
using cbor::mode;
using cbor::read_error;

inline constexpr auto none = read_error::none;
inline constexpr auto malformed = read_error::malformed;
inline constexpr auto unexpected = read_error::unexpected;

// The map that is written for a record.
template <typename Record, typename... Fields>
packet written(const Record& r, const record_fields<Record, Fields...>& f, cbor::member_set members = ~0U) {
    return written_cbor([&](cbor::writer& to) { f.encode(r, to, members & f.all); });
}
// Reads a map into a record, and returns the error.
template <mode Mode = mode::lenient, typename Record, typename... Fields>
read_error read(const packet& map, Record& to, const record_fields<Record, Fields...>& f,
                decode_as held = decode_as::whole) {
    return f.template decode<Mode>(map, to, held);
}

struct letters {
    byte a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9;
};

inline constexpr auto mixed = fields(field<0>(&letters::a), field<"0">(&letters::b), field<-1>(&letters::c));

enum class color : std::uint8_t { red, green, blue };

template <typename T>
struct one {
    byte front = 0xee;
    T value{};
    byte behind = 0xdd;
};

template <typename T>
inline constexpr auto field_of_one = fields(field<0>(&one<T>::value));

}  // namespace mincoap::test
