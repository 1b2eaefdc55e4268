// The record at /cbor: a CBOR map {0: hidden, 1: number, 2: label, 3: list}.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include <mincoap/cbor/reader.hpp>
#include <mincoap/cbor/writer.hpp>

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
constexpr void read_label(mincoap::cbor::reader& from, record& to) {
    to.label.size = 0;
    for (const mincoap::byte c : from.utf8(to.label.items.size())) {
        if (c == '<') from.refuse();
        to.label.append(static_cast<char>(c));
    }
}

constexpr void read_list(mincoap::cbor::reader& from, record& to) {
    to.list.size = 0;
    auto left = from.array(to.list.items.size());
    while (from.next(left)) to.list.append(from.unsigned_integer());
}

constexpr void read_field(mincoap::cbor::reader& from, std::uint64_t field, record& to) {
    switch (field) {
        case key::hidden: to.hidden = from.boolean(); break;
        case key::number: to.number = from.unsigned_integer(); break;
        case key::label: read_label(from, to); break;
        case key::list: read_list(from, to); break;
        default: from.refuse();
    }
}

}  // namespace detail

// The record that the bytes stand for; none unless they are one map with each key once, in any order.
constexpr std::optional<record> read_record(mincoap::bytes cbor) {
    mincoap::cbor::reader from{cbor};
    record result;
    unsigned missing = (1U << detail::key_count) - 1;
    auto fields = from.map(detail::key_count);
    while (from.next(fields)) {
        const std::uint64_t key = from.unsigned_integer(detail::key_count - 1);
        if ((missing >> key & 1U) == 0) from.refuse();
        missing &= ~(1U << key);
        detail::read_field(from, key, result);
    }
    if (missing != 0 || from.finish() != mincoap::cbor::read_error::none) return std::nullopt;
    return result;
}

constexpr void write_record(const record& r, mincoap::body_writer& body) {
    mincoap::cbor::writer to{body};
    to.map(detail::key_count);
    to.unsigned_integer(detail::hidden), to.boolean(r.hidden);
    to.unsigned_integer(detail::number), to.unsigned_integer(r.number);
    to.unsigned_integer(detail::label), to.text_string({r.label.items.data(), r.label.size});
    to.unsigned_integer(detail::list), to.array(r.list.size);
    for (const std::uint64_t item : r.list.view()) to.unsigned_integer(item);
}

}  // namespace demo
