// A struct as a map of CBOR: described once, encoded deterministically, decoded strictly, without memory.
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
// A key is an integer of 32 bits or a text. What a member may be, see member.hpp; a struct in the struct is none of
// it, as nothing here recurses. Limits are for integers and enums, and for each item of a list; an enum without limits
// takes what its underlying type does.
//
// All is checked and sorted by the compiler. On a 32-bit device a field is 40 bytes of constants, and each type of a
// member two functions of some ten instructions; what walks through the table is the same for all records.
#pragma once

#include <array>
#include <concepts>
#include <type_traits>

#include <mincoap/cbor/record_table.hpp>

namespace mincoap::cbor {

// What a map holds.
enum class holding : byte {
    everything,  // each member, but for those that are read only
    changes,     // any of them; the others stay
};

namespace detail {

inline void a_limit_is_outside_the_range_of_its_member() { MINCOAP_ASSERT(false); }
inline void a_lower_limit_is_above_the_upper_one() { MINCOAP_ASSERT(false); }

// Of a list, the limits are those of its items.
template <typename Member>
struct limited {
    using type = Member;
};
template <typename T, std::size_t Capacity>
struct limited<bounded_list<T, Capacity>> {
    using type = T;
};

template <typename T>
consteval limits full_range() {
    if constexpr (number<T>) return all_of<T>;
    else return {};
}

template <typename T>
consteval bool is_empty(const limits& within) {
    if constexpr (!number<T>) return false;
    else if constexpr (is_widest<T>)
        return static_cast<std::uint64_t>(within.min) > static_cast<std::uint64_t>(within.max);
    else return within.min > within.max;
}

// By comparing addresses in a union, since offsetof takes names only.
template <typename Record, typename Member>
consteval std::uint16_t offset_of(Member Record::* member) {
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

// What `field` makes.
template <key_literal Key, typename Record, typename Member, bool IsReadOnly = false>
class field_of {
public:
    using record = Record;
    using member = Member;
    using limited = typename detail::limited<Member>::type;
    static constexpr bool is_read_only = IsReadOnly;
    static constexpr detail::key key{Key.is_text ? Key.text : nullptr, Key.number, Key.is_text};

    consteval explicit field_of(Member Record::* m, detail::limits l = detail::full_range<limited>())
        : member_(m), within_(l) {}

    // The least and the largest number that is taken.
    consteval field_of min(auto limit) const { return field_of{member_, {checked(limit), within_.max}}; }
    consteval field_of max(auto limit) const { return field_of{member_, {within_.min, checked(limit)}}; }

    // Written like the others, and not to be changed. What is read may hold it nevertheless if it has the value that is
    // there, so that a client can send back what it got.
    consteval auto read_only() const { return field_of<Key, Record, Member, true>{member_, within_}; }

    consteval detail::field_row row() const {
        if (detail::is_empty<limited>(within_)) detail::a_lower_limit_is_above_the_upper_one();
        return {within_, key, detail::offset_of(member_)};
    }

private:
    template <typename Limit>
    static consteval std::int64_t checked(Limit limit) {
        static_assert(detail::number<limited>, "mincoap: limits are for integers, enums and lists of them");
        using number = typename detail::number_of<limited>::type;
        const auto converted = static_cast<number>(limit);
        if (static_cast<Limit>(converted) != limit || (converted < number{}) != (limit < Limit{}))
            detail::a_limit_is_outside_the_range_of_its_member();
        return static_cast<std::int64_t>(converted);
    }

    Member Record::* member_;
    detail::limits within_;
};

template <key_literal Key, typename Record, typename Member>
consteval auto field(Member Record::* member) {
    static_assert(Key.is_valid, "mincoap: a key is an integer of 32 bits, or a text in UTF-8");
    static_assert(detail::member<Member>, "mincoap: a member is a bool, an integer, an enum, a float or a double, or a "
                                          "bounded_text, bounded_bytes or bounded_list");
    return field_of<Key, Record, Member>{member};
}

// What `fields` makes.
template <typename Record, typename... Fields>
class record_fields {
    static constexpr std::size_t count = sizeof...(Fields);
    static_assert(count <= max_fields, "mincoap: a record has at most 32 fields");
    static_assert((std::same_as<Record, typename Fields::record> && ...), "mincoap: the fields are of one struct");
    static_assert(std::is_trivially_copyable_v<Record>, "mincoap: a record is copied as plain bytes");

    // In the order of the keys.
    static constexpr std::size_t place_of(const detail::key& key) {
        return (static_cast<std::size_t>(comes_before(Fields::key, key)) + ...);
    }

public:
    using record = Record;
    static constexpr member_set all = static_cast<member_set>((std::uint64_t{1} << count) - 1);

    // All but those that are read only: what to save, since a fresh record, which has other values in these, reads it.
    static constexpr member_set writable = ((Fields::is_read_only ? 0 : member_set{1} << place_of(Fields::key)) | ...);

    consteval explicit record_fields(Fields... fields) : rows_(sorted(std::array{fields.row()...})) {
        static_assert(((occurrences_of(Fields::key) == 1) && ...), "mincoap: two fields have the same key");
    }

    // As a map of all members, or of some.
    void encode(const Record& from, writer& to, member_set members = all) const {
        detail::write_members<has_texts>(to, &from, rows(), encoders.data(), members);
    }

    // From a map. On an error the record is half read: give a copy.
    template <mode Mode = mode::lenient>
    read_error decode(bytes map, Record& to, holding held = holding::everything) const {
        const member_set required = held == holding::everything ? writable : 0;
        return detail::read_members<has_texts>(map, &to, rows(), decoders<Mode>.data(), required);
    }

    // From an array of keys, in any order, the members that have them.
    template <mode Mode = mode::lenient>
    read_error select(bytes keys, member_set& members) const {
        return detail::read_selection<has_texts, Mode>(keys, rows(), members);
    }

private:
    static constexpr bool has_texts = (Fields::key.is_text || ...);

    static constexpr std::size_t occurrences_of(const detail::key& key) {
        return count - (std::size_t{comes_before(key, Fields::key)} + ...) -
               (std::size_t{comes_before(Fields::key, key)} + ...);
    }

    // What is given by field, in the order of the keys.
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

// Make it a `constexpr` that lives as long as what refers to it.
template <typename First, typename... Rest>
consteval auto fields(First first, Rest... rest) {
    return record_fields<typename First::record, First, Rest...>{first, rest...};
}

}  // namespace mincoap::cbor

namespace mincoap {
using cbor::field;
using cbor::fields;
using cbor::record_fields;
}  // namespace mincoap
