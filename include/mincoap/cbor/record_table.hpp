// A struct as a table of its fields. This code writes and reads the members of any struct by its
// table. See fields.hpp.
#pragma once

#include <mincoap/cbor/key.hpp>
#include <mincoap/cbor/member.hpp>

namespace mincoap::cbor {

// A set of members of a record. Bit n is the nth field, in the order of the encoded keys.
using member_set = std::uint32_t;
inline constexpr std::size_t max_fields = 32;

namespace detail {

// A field without its types. The functions that know the type are in separate tables, one to encode
// and one to decode, so that a program links only the tables that it uses.
struct field_row {
    range allowed;
    detail::key key;
    std::uint16_t offset;  // in the struct, in bytes
};

// Replaces std::span, whose passing by value makes GCC for ARM print a note about its ABI
// (-Wpsabi).
struct field_rows {
    const field_row* data;
    std::size_t count;

    constexpr std::size_t size() const { return count; }
    constexpr const field_row& operator[](std::size_t i) const { return data[i]; }
    constexpr const field_row* begin() const { return data; }
    constexpr const field_row* end() const { return data + count; }
};

inline void* member_of(void* record, const field_row& row) { return static_cast<byte*>(record) + row.offset; }
inline const void* member_of(const void* record, const field_row& row) {
    return static_cast<const byte*>(record) + row.offset;
}

constexpr std::size_t count_of(member_set members) {
    std::size_t count = 0;
    for (; members != 0; members &= members - 1) ++count;
    return count;
}

// Writes a map of some members, in the order of the rows, which is the deterministic one.
template <bool HasTextKeys>
void write_members(writer& to, const void* record, field_rows rows, const encoder* encoders, member_set members) {
    to.map(count_of(members));
    for (const field_row& row : rows) {
        if ((members & 1) != 0) {
            write_key<HasTextKeys>(to, row.key);
            (*encoders)(to, member_of(record, row));
        }
        members >>= 1;
        ++encoders;
    }
}

// Reads a key, and returns the index of its field. If no field has this key, the reader fails.
template <bool HasTextKeys, mode Mode>
std::size_t take_key(basic_reader<Mode>& in, field_rows rows) {
    const auto index_of = [&](auto key) -> std::size_t {
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (rows[i].key.matches(key)) return i;
        in.refuse();
        return 0;
    };
    if constexpr (HasTextKeys)
        if (in.peek() == type::text_string) return index_of(in.text_string());
    using number = std::numeric_limits<std::int32_t>;
    return index_of(static_cast<std::int32_t>(in.integer(number::min(), number::max())));
}

// Reads a key that was not read before (RFC 8949 §5.6). If `in_order`, it must also come after all
// lower keys.
template <bool HasTextKeys, mode Mode>
std::size_t take_new_key(basic_reader<Mode>& in, field_rows rows, member_set& seen, bool in_order) {
    const std::size_t index = take_key<HasTextKeys>(in, rows);
    const member_set since = seen >> index;
    if ((in_order ? since : since & 1) != 0) in.refuse();
    seen |= member_set{1} << index;
    return index;
}

// Reads a map into a record. Members that are not in the map keep their values. A `required` one
// that is missing is an error.
template <bool HasTextKeys, mode Mode>
read_error read_members(bytes map, void* record, field_rows rows, const decoder<Mode>* decoders, member_set required) {
    basic_reader<Mode> in{map};
    member_set seen = 0;
    auto left = in.map(rows.size());
    while (in.next(left)) {
        const std::size_t i = take_new_key<HasTextKeys>(in, rows, seen, Mode == mode::deterministic);
        decoders[i](in, member_of(record, rows[i]), rows[i].allowed);
    }
    const read_error error = in.finish();
    return error == read_error::none && (required & ~seen) != 0 ? read_error::unexpected : error;
}

// Reads an array of keys, in any order, each once.
template <bool HasTextKeys, mode Mode>
read_error read_selection(bytes keys, field_rows rows, member_set& members) {
    basic_reader<Mode> in{keys};
    members = 0;
    auto left = in.array(rows.size());
    while (in.next(left)) take_new_key<HasTextKeys>(in, rows, members, false);
    return in.finish();
}

}  // namespace detail
}  // namespace mincoap::cbor
