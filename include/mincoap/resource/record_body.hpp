// What a record resource answers with: some members of the record, as a representation.
#pragma once

#include <bit>
#include <type_traits>

#include <mincoap/cbor/fields.hpp>
#include <mincoap/resource/representation.hpp>

namespace mincoap::detail {

// The members of some record, as what `rendition` calls.
struct record_body {
    const void* source;  // the resource, or a kept_record
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
struct kept_record {
    typename Fields::record value;
    const Fields* fields;
};

// It stands behind the reply, at any address.
template <typename Fields>
void encode_kept(const void* kept, cbor::writer& to, cbor::member_set members) {
    std::array<byte, sizeof(kept_record<Fields>)> copy;
    copy_bytes(static_cast<const byte*>(kept), copy.size(), copy.data());
    const auto record = std::bit_cast<kept_record<Fields>>(copy);
    record.fields->encode(record.value, to, members);
}

// Read once, since a body is measured first and written then.
template <typename Fields>
reply record_content(const kept_record<Fields>& now, const request& r, cbor::member_set members) {
    constexpr auto format = content_format::cbor;
    const auto copy = std::bit_cast<std::array<byte, sizeof now>>(now);
    rendition<record_body> body{{copy.data(), &encode_kept<Fields>, members}};
    const block_plan plan = plan_of(r, body.measure());
    const bytes kept = r.keep(copy);
    if (kept.empty()) return code::internal_server_error;
    body.render.source = kept.data();
    return block_reply<format>(code::content, body, plan);
}

template <typename Self>
reply record_content(const Self& self, const request& r, cbor::member_set members) {
    using fields = std::remove_cvref_t<decltype(*self.fields)>;
    if constexpr (std::is_reference_v<decltype(self.read())>)
        return in_blocks<content_format::cbor>(r, rendition{body_of(self, members)});
    else return record_content(kept_record<fields>{self.read(), self.fields}, r, members);
}

}  // namespace mincoap::detail
