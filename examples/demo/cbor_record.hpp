// The record at /cbor: a CBOR map {0: hidden, 1: number, 2: label, 3: list}.
#pragma once

#include <mincoap/cbor/fields.hpp>
#include <mincoap/resource/blockwise/in_blocks.hpp>

namespace demo {

struct entry {
    bool hidden = false;
    std::uint64_t number = 32;
    mincoap::bounded_text<32> label = "Hello";
    mincoap::bounded_list<std::uint64_t, 16> list{1, 2, 3};
};

inline constexpr auto entry_fields =
    mincoap::fields(mincoap::field<0>(&entry::hidden), mincoap::field<1>(&entry::number),
                    mincoap::field<2>(&entry::label), mincoap::field<3>(&entry::list));

// The label may end up in a web page, so it must not open a tag.
constexpr bool is_harmless(const entry& e) { return e.label.view().find('<') == std::string_view::npos; }

// The answer to a GET, as record() makes it, unless the record is hidden.
inline mincoap::reply show(const entry& e, const mincoap::request& r) {
    if (e.hidden) return mincoap::code::forbidden;
    const mincoap::generated_body map{[&e](mincoap::body_writer& body) {
        mincoap::cbor::writer to{body};
        entry_fields.encode(e, to);
    }};
    return mincoap::in_blocks<mincoap::content_format::cbor>(r, map);
}

}  // namespace demo
