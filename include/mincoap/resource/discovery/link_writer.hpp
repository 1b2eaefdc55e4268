// Writes the links that all queries of a request match (RFC 6690 §4.1).
//
//     void links(link_writer& to) const {
//         for (const node& n : nodes) to.link({n.id}, ";rt=\"node\"");    // </nodes/7>;rt="node"
//     }
#pragma once

#include <array>
#include <initializer_list>

#include <mincoap/message/body_writer.hpp>
#include <mincoap/message/percent_encoding.hpp>
#include <mincoap/message/view.hpp>
#include <mincoap/resource/discovery/link_filter.hpp>

namespace mincoap {
namespace detail {

// RFC 7252 §5.10, §5.10.1. A reference with "." or ".." means another path, percent-encoded or not (RFC 3986 §5.2.4).
[[nodiscard]] constexpr bool can_be_uri_path(std::string_view segment) {
    return segment.size() <= 255 && segment != "." && segment != "..";
}

[[nodiscard]] constexpr std::string_view text_of_segment(std::string_view segment) { return segment; }
[[nodiscard]] inline std::string_view text_of_segment(const message::option_view& segment) { return segment.text(); }

// Appends a link to a document.
constexpr void put_link(body_writer& to, std::string_view link) {
    if (to.size() != 0) to.put(std::string_view{","});
    to.put(link);
}

inline void put_percent_encoded(body_writer& to, std::string_view segment) {
    struct {
        body_writer& to;
        void append(std::string_view part) { to.put(part); }
    } link{to};
    append_percent_encoded(link, segment, is_segment_character);
}

}  // namespace detail

// Given to the function `links` of a resource, which calls it for each of its links.
class link_writer {
public:
    // `queries` holds the encoded Uri-Query options, one after another; at most 8 are compared. `reference` is where
    // the references begin, percent-encoded.
    constexpr link_writer(body_writer& to, bytes queries, std::string_view reference = {})
        : to_(to), queries_(queries), reference_(reference) {}

    // Returns the path of the resource, percent-encoded: "/nodes" for `below<"nodes">`, and "" for the root.
    [[nodiscard]] constexpr std::string_view reference() const { return reference_; }

    // Writes a link as it is in the document, with a percent-encoded reference, if all queries match it. Text from the
    // network must not be in it: a `>` would forge links.
    constexpr void put(std::string_view link) {
        queries_.look_at(link.data(), link.data() + link.size(), ';');
        if (queries_.is_met()) detail::put_link(to_, link);
    }

    // Writes a link to the path of these segments below `reference()`, if all queries match it. Segments are any bytes,
    // as they arrive in Uri-Path. They are percent-encoded here, so a name from the network such as `x>,</y` can
    // neither end the link nor begin another one. `attributes` are as they are in the document.
    //
    // The link is built on the stack, in `Capacity` bytes. Returns false and writes nothing if it is longer, or if no
    // reference leads there:
    //   - to a segment "." or "..", or one of more than 255 bytes;
    //   - from the root without a segment or with an empty first one, since "//" begins a host (RFC 3986 §4.2).
    template <std::size_t Capacity = 128>
    bool link(std::initializer_list<std::string_view> segments, std::string_view attributes = {}) {
        std::array<byte, Capacity> memory;
        return put_built(memory, segments, attributes);
    }
    template <std::size_t Capacity = 128>
    bool link(message::option_range segments, std::string_view attributes = {}) {
        std::array<byte, Capacity> memory;
        return put_built(memory, segments, attributes);
    }

private:
    bool put_built(mutable_bytes memory, const auto& segments, std::string_view attributes) {
        body_writer text{memory};
        if (!put_reference(text, segments)) return false;
        text.put(attributes);
        if (text.size() > memory.size()) return false;
        put(as_text(memory.first(text.size())));
        return true;
    }

    bool put_reference(body_writer& to, const auto& segments) const {
        to.put(std::string_view{"<"});
        to.put(reference_);
        for (const auto& each : segments) {
            const std::string_view segment = detail::text_of_segment(each);
            const bool begins_host = to.size() == 1 && segment.empty();
            if (begins_host || !detail::can_be_uri_path(segment)) return false;
            to.put(std::string_view{"/"});
            detail::put_percent_encoded(to, segment);
        }
        if (to.size() == 1) return false;
        to.put(std::string_view{">"});
        return true;
    }

    body_writer& to_;
    detail::link_filter queries_;
    std::string_view reference_;
};

}  // namespace mincoap
