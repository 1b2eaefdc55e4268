// The payload of a record resource's response: some members of the record, as a map in CBOR.
#pragma once

#include <type_traits>

#include <mincoap/cbor/fields.hpp>
#include <mincoap/resource/blockwise/in_blocks.hpp>

namespace mincoap::detail {

// Writes the members of any record. `generated_body` calls it, for measuring too, without knowing the
// struct.
struct record_view {
    const void* resource;
    void (*encode)(const void* resource, cbor::writer& to, cbor::member_set members);
    cbor::member_set members;

    void operator()(body_writer& to) const {
        cbor::writer items{to};
        encode(resource, items, members);
    }
};

template <typename Resource>
void encode_members(const void* resource, cbor::writer& to, cbor::member_set members) {
    const Resource& self = *static_cast<const Resource*>(resource);
    self.fields->encode(self.read(), to, members);
}

template <typename Resource>
record_view view_of(const Resource& resource, cbor::member_set members) {
    return {&resource, &encode_members<Resource>, members};
}

// The value that a function returned for this request. The function may return another value at its
// next call.
template <typename Fields>
struct record_copy {
    typename Fields::record value;
    const Fields* fields;

    const auto& read() const { return value; }
};

// The response to GET and FETCH. A function that reads is called once, so that all of the response
// is of one value.
template <typename Resource>
reply record_content(const Resource& resource, const request& r, cbor::member_set members) {
    if constexpr (std::is_reference_v<decltype(resource.read())>) {
        return in_blocks<content_format::cbor>(r, generated_body{view_of(resource, members)});
    } else {
        using fields = std::remove_cvref_t<decltype(*resource.fields)>;
        return record_content(record_copy<fields>{resource.read(), resource.fields}, r, members);
    }
}

}  // namespace mincoap::detail
