// The record at /cbor: a CBOR map {0: hidden, 1: number, 2: label, 3: list}.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "cbor.hpp"

namespace demo {

// Up to `Capacity` items, in place.
template <typename T, std::size_t Capacity>
struct bounded {
    std::array<T, Capacity> items{};
    std::size_t size = 0;

    constexpr std::span<const T> view() const { return std::span{items}.first(size); }
    constexpr void append(T item) { items[size++] = item; }  // size < capacity
};

struct record {
    bool hidden = false;
    std::uint64_t number = 32;
    bounded<char, 32> label{{'H', 'e', 'l', 'l', 'o'}, 5};
    bounded<std::uint64_t, 16> list{{1, 2, 3}, 3};
};

namespace detail {

enum key : std::uint64_t { hidden = 0, number = 1, label = 2, list = 3, key_count = 4 };

// The label may end up in a web page: it opens no tag.
constexpr bool read_label(cbor_reader& from, record& to) {
    const mincoap::bytes text = from.text();
    if (text.size() > to.label.items.size()) return false;
    to.label.size = 0;
    for (const mincoap::byte c : text) {
        if (c == '<') return false;
        to.label.append(static_cast<char>(c));
    }
    return true;
}

constexpr bool read_list(cbor_reader& from, record& to) {
    const std::uint64_t count = from.array();
    if (count > to.list.items.size()) return false;
    to.list.size = 0;
    while (to.list.size < count) to.list.append(from.unsigned_number());
    return true;
}

constexpr bool read_field(cbor_reader& from, std::uint64_t field, record& to) {
    switch (field) {
        case key::hidden: return to.hidden = from.boolean(), true;
        case key::number: return to.number = from.unsigned_number(), true;
        case key::label: return read_label(from, to);
        case key::list: return read_list(from, to);
        default: return false;
    }
}

}  // namespace detail

// The record that the bytes stand for; none unless they are one map with each key once, in any order.
constexpr std::optional<record> read_record(mincoap::bytes cbor) {
    cbor_reader from{cbor};
    if (from.map() != detail::key_count) return std::nullopt;

    record result;
    unsigned missing = (1U << detail::key_count) - 1;
    for (unsigned i = 0; i < detail::key_count; ++i) {
        const std::uint64_t key = from.unsigned_number();
        if (key >= detail::key_count || (missing >> key & 1U) == 0) return std::nullopt;
        missing &= ~(1U << key);
        if (!detail::read_field(from, key, result)) return std::nullopt;
    }
    if (!from.at_end()) return std::nullopt;
    return result;
}

inline void write_record(const record& r, mincoap::message::writer& to) {
    cbor_writer cbor{to};
    cbor.map(detail::key_count);
    cbor.unsigned_number(detail::hidden);
    cbor.boolean(r.hidden);
    cbor.unsigned_number(detail::number);
    cbor.unsigned_number(r.number);
    cbor.unsigned_number(detail::label);
    cbor.text({r.label.items.data(), r.label.size});
    cbor.unsigned_number(detail::list);
    cbor.array(r.list.size);
    for (const std::uint64_t item : r.list.view()) cbor.unsigned_number(item);
}

}  // namespace demo
