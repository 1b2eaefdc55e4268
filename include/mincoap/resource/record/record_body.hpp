// What a record resource answers with: some members of the record, as a representation.
#pragma once

#include <type_traits>

#include <mincoap/cbor/fields.hpp>
#include <mincoap/resource/blockwise/in_blocks.hpp>

namespace mincoap::detail {

// The members of some record, as what `generated_body` calls.
struct record_body {
    const void* source;  // the resource, or a read_record
    void (*encode)(const void* source, cbor::writer& to, cbor::member_set members);
    cbor::member_set members;

    void operator()(body_writer& to) const {
        cbor::writer items{to};
        encode(source, items, members);
    }
};

template <typename Self>
void encode_members(const void* resource, cbor::writer& to, cbor::member_set members) {
    const Self& self = *static_cast<const Self*>(resource);
    self.fields->encode(self.read(), to, members);
}

template <typename Self>
record_body body_of(const Self& self, cbor::member_set members) {
    return {&self, &encode_members<Self>, members};
}

// What a function gave, which may give something else the next time.
template <typename Fields>
struct read_record {
    typename Fields::record value;
    const Fields* fields;

    const auto& read() const { return value; }
};

template <typename Self>
reply record_content(const Self& self, const request& r, cbor::member_set members) {
    constexpr auto format = content_format::cbor;
    if constexpr (std::is_reference_v<decltype(self.read())>)
        return in_blocks<format>(r, generated_body{body_of(self, members)});
    else
        return record_content(read_record<std::remove_cvref_t<decltype(*self.fields)>>{self.read(), self.fields}, r,
                              members);
}

}  // namespace mincoap::detail
