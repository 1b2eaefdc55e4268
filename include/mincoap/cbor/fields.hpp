// Structs as maps in CBOR. A struct is described once. It is encoded deterministically (RFC 8949
// §4.2.1), decoded strictly, and needs no memory besides itself.
//
//     struct settings {
//         bool on = false;
//         std::uint8_t level = 50;
//         bounded_text<16> name;
//         float gain = 1;
//     };
//     constexpr auto settings_fields = fields(field<1>(&settings::on), field<2>(&settings::level).max(100),
//                                             field<3>(&settings::name), field<"gain">(&settings::gain).read_only());
//
// A key is an integer of 32 bits or a text. member.hpp lists the types that a member may have.
// Nested structs are not supported, because the code does not recurse. Integers, enums and the
// items of a list can have limits. An enum without limits accepts all values of its underlying
// type.
//
// The compiler checks and sorts the fields. On a 32-bit device, a field takes 40 bytes of
// constants, and each type of member two functions of about ten instructions. All records share the
// code that walks through the fields.
#pragma once

#include <array>
#include <concepts>
#include <type_traits>

#include <mincoap/cbor/record_table.hpp>

namespace mincoap::cbor {

// Which members a map must have.
enum class decode_as : byte {
    whole,  // each member, except those that are read only
    patch,  // any members; the others keep their values
};

namespace detail {

template <typename T>
concept described_field = requires { typename T::record; };

inline void a_limit_is_outside_the_range_of_its_member() { MINCOAP_ASSERT(false); }
inline void a_lower_limit_is_above_the_upper_one() { MINCOAP_ASSERT(false); }

// Returns the offset of a member in its struct, in bytes. Compares addresses in a union, because
// offsetof takes names only.
template <typename Record, typename Member>
[[nodiscard]] consteval std::uint16_t offset_of(Member Record::* member) {
    static_assert(sizeof(Record) <= 0xffff, "mincoap: a record has at most 65535 bytes");
    union layout {
        std::array<char, sizeof(Record)> bytes;
        Record record;
        constexpr layout() : bytes{} {}
        constexpr ~layout() {}
    } there;
    const void* const wanted = &(there.record.*member);
    std::uint16_t offset = 0;
    while (static_cast<const void*>(&there.bytes[offset]) != wanted) ++offset;
    return offset;
}

}  // namespace detail

// Made by `field`.
template <key_literal Key, typename Record, typename Member, bool IsReadOnly = false>
class field_of {
public:
    using record = Record;
    using member = Member;
    using item_type = typename detail::item_of<Member>::type;
    static constexpr bool is_read_only = IsReadOnly;
    static constexpr detail::key key{Key.is_text ? Key.text : nullptr, Key.number, Key.is_text};

    consteval explicit field_of(Member Record::* m, detail::range l = detail::full_range<item_type>())
        : member_(m), allowed_(l) {}

    // The smallest and the largest number that clients may send. Both must be in the range of the
    // member's type.
    [[nodiscard]] consteval field_of min(auto limit) const { return field_of{member_, {checked(limit), allowed_.max}}; }
    [[nodiscard]] consteval field_of max(auto limit) const { return field_of{member_, {allowed_.min, checked(limit)}}; }

    // Encodes the member like the others, but does not let clients change it. A map that is decoded
    // may still have the member with its present value, so that a client can send back the map that
    // it received.
    [[nodiscard]] consteval auto read_only() const { return field_of<Key, Record, Member, true>{member_, allowed_}; }

    [[nodiscard]] consteval detail::field_row row() const {
        if (detail::is_empty<item_type>(allowed_)) detail::a_lower_limit_is_above_the_upper_one();
        return {allowed_, key, detail::offset_of(member_)};
    }

private:
    template <typename Limit>
    static consteval std::int64_t checked(Limit limit) {
        static_assert(detail::number<item_type>, "mincoap: limits are for integers, enums and lists of them");
        using number = typename detail::number_of<item_type>::type;
        const auto converted = static_cast<number>(limit);
        if (static_cast<Limit>(converted) != limit || (converted < number{}) != (limit < Limit{}))
            detail::a_limit_is_outside_the_range_of_its_member();
        return static_cast<std::int64_t>(converted);
    }

    Member Record::* member_;
    detail::range allowed_;
};

// Describes a member, with its key in the map: `field<1>(&settings::on)`,
// `field<"gain">(&settings::gain)`.
template <key_literal Key, typename Record, typename Member>
[[nodiscard]] consteval auto field(Member Record::* member) {
    constexpr bool is_supported = detail::member<Member> && !std::is_const_v<Member> && !std::is_volatile_v<Member>;
    static_assert(Key.is_valid, "mincoap: a key is an integer of 32 bits, or a text in UTF-8");
    static_assert(is_supported, "mincoap: a member is a bool, an integer, an enum, a float or a double, or a "
                                "bounded_text, bounded_bytes or bounded_list, and neither const nor volatile");
    if constexpr (is_supported) return field_of<Key, Record, Member>{member};
}

// Any other arguments are a mistake.
template <key_literal Key>
consteval void field(const auto&) {
    static_assert(Key.number != Key.number, "mincoap: field takes a member of a struct that is not static: "
                                            "field<1>(&settings::on)");
}
template <typename... Arguments>
consteval void field(const Arguments&...) {
    static_assert(sizeof...(Arguments) == static_cast<std::size_t>(-1),
                  "mincoap: the key of a field is given in angle brackets: field<1>(&settings::on)");
}

// Made by `fields`.
template <typename Record, typename... Fields>
class record_fields {
    static constexpr std::size_t count = sizeof...(Fields);
    static_assert(count <= max_fields, "mincoap: a record has at most 32 fields");
    static_assert((std::same_as<Record, typename Fields::record> && ...),
                  "mincoap: all fields must be members of the same struct");
    static_assert(
        std::is_trivially_copyable_v<Record>,
        "mincoap: a record is copied as plain bytes, so its struct must be trivially copyable; use bounded_text "
        "for a text and bounded_list for a list");

    // The index of the field that has this key, in the order of the keys.
    static constexpr std::size_t place_of(const detail::key& key) {
        return (static_cast<std::size_t>(comes_before(Fields::key, key)) + ...);
    }

public:
    using record = Record;
    static constexpr member_set all = static_cast<member_set>((std::uint64_t{1} << count) - 1);

    // All members except those that are read only. To save a record, encode these members: a fresh
    // record, which may have other values in the members that are read only, can then decode them.
    static constexpr member_set writable = ((Fields::is_read_only ? 0 : member_set{1} << place_of(Fields::key)) | ...);

    consteval explicit record_fields(Fields... fields) : rows_(sorted(std::array{fields.row()...})) {
        static_assert(((occurrences_of(Fields::key) == 1) && ...), "mincoap: two fields have the same key");
    }

    // Writes a map of all members, or of some, in the order of the keys.
    void encode(const Record& from, writer& to, member_set members = all) const {
        detail::write_members<has_texts>(to, &from, rows(), encoders.data(), members);
    }

    // Reads a map into `to`. On an error, `to` may have changed in part, so pass a copy. Errors:
    // `malformed` if the map is not well-formed or a text is not UTF-8; `unexpected` if a key is
    // unknown, missing or there twice, or if a value has another type or is out of range.
    template <mode Mode = mode::lenient>
    [[nodiscard]] read_error decode(bytes map, Record& to, decode_as kind = decode_as::whole) const {
        const member_set required = kind == decode_as::whole ? writable : 0;
        return detail::read_members<has_texts>(map, &to, rows(), decoders<Mode>.data(), required);
    }

    // Reads an array of keys, in any order, and sets `members` to the members that have them.
    // Errors: as for `decode`.
    template <mode Mode = mode::lenient>
    [[nodiscard]] read_error select(bytes keys, member_set& members) const {
        return detail::read_selection<has_texts, Mode>(keys, rows(), members);
    }

private:
    static constexpr bool has_texts = (Fields::key.is_text || ...);

    static constexpr std::size_t occurrences_of(const detail::key& key) {
        return count - (std::size_t{comes_before(key, Fields::key)} + ...) -
               (std::size_t{comes_before(Fields::key, key)} + ...);
    }

    // Sorts one element per field into the order of the keys.
    template <typename T>
    static constexpr std::array<T, count> sorted(const std::array<T, count>& given) {
        std::array<T, count> result{};
        std::size_t i = 0;
        ((result[place_of(Fields::key)] = given[i++]), ...);
        return result;
    }

    template <typename Field, mode Mode>
    static constexpr detail::decoder<Mode> decoder_of =
        Field::is_read_only ? &detail::expect_member<Mode, typename Field::member>
                            : &detail::decode_member<Mode, typename Field::member>;

    static constexpr auto encoders =
        sorted(std::array<detail::encoder, count>{&detail::encode_member<typename Fields::member>...});
    template <mode Mode>
    static constexpr auto decoders = sorted(std::array<detail::decoder<Mode>, count>{decoder_of<Fields, Mode>...});

    constexpr detail::field_rows rows() const { return {rows_.data(), count}; }

    std::array<detail::field_row, count> rows_;
};

// Describes a struct by its fields. The result must outlive the resources that refer to it, so make
// it a constexpr variable.
template <detail::described_field First, detail::described_field... Rest>
[[nodiscard]] consteval auto fields(First first, Rest... rest) {
    return record_fields<typename First::record, First, Rest...>{first, rest...};
}

// Any other arguments are a mistake.
template <typename... Arguments>
consteval void fields(const Arguments&...) {
    static_assert(sizeof...(Arguments) == static_cast<std::size_t>(-1),
                  "mincoap: fields takes one or more fields: fields(field<1>(&settings::on), ...)");
}

}  // namespace mincoap::cbor

namespace mincoap {
using cbor::field;
using cbor::fields;
using cbor::record_fields;
}  // namespace mincoap
