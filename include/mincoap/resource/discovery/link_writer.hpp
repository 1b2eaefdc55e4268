// Writes the links of a document that a request asks for (RFC 6690 §4.1): those that all of its queries match.
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

// RFC 7252 §5.10, §5.10.1: a reference with one of the dots means another path (RFC 3986 §5.2.4), encoded or not.
constexpr bool can_be_uri_path(std::string_view segment) {
    return segment.size() <= 255 && segment != "." && segment != "..";
}

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

class link_writer {
public:
    // The Uri-Query options as they are encoded, one behind the other; up to 8 are looked at.
    constexpr link_writer(body_writer& to, bytes queries, std::string_view reference = {})
        : to_(to), queries_(queries), reference_(reference) {}

    // How the references begin, percent-encoded: "/nodes" for what stands at `below<"nodes">`, and nothing for the
    // root.
    constexpr std::string_view reference() const { return reference_; }

    // A link as it is to stand in the document, its reference percent-encoded.
    constexpr void put(std::string_view link) {
        queries_.look_at(link.data(), link.data() + link.size(), ';');
        if (queries_.is_met()) detail::put_link(to_, link);
    }

    // A link to the path of these segments behind the reference. They are any bytes, as they arrive in Uri-Path, and
    // percent-encoded here: a name from the network, such as `x>,</y`, neither ends the link nor begins another one.
    // The attributes are as they are to stand in the document.
    //
    // Returns false, and puts nothing, if no reference leads there: to "." and "..", to a segment of more than 255
    // bytes, and from the root by an empty one, since "//" begins a host (RFC 3986 §4.2), or by none; or if the link,
    // which is put together on the stack, is longer than `Capacity` bytes.
    template <std::size_t Capacity = 128>
    bool link(std::initializer_list<std::string_view> segments, std::string_view attributes = {}) {
        std::array<byte, Capacity> memory;
        return link_in(memory, segments, attributes);
    }

private:
    bool link_in(mutable_bytes memory, std::span<const std::string_view> segments, std::string_view attributes) {
        body_writer text{memory};
        if (!put_reference(text, segments)) return false;
        text.put(attributes);
        if (text.size() > memory.size()) return false;
        put(as_text(memory.first(text.size())));
        return true;
    }

    bool put_reference(body_writer& to, std::span<const std::string_view> segments) const {
        if (reference_.empty() && (segments.empty() || segments.front().empty())) return false;
        to.put(std::string_view{"<"});
        to.put(reference_);
        for (const std::string_view segment : segments) {
            if (!detail::can_be_uri_path(segment)) return false;
            to.put(std::string_view{"/"});
            detail::put_percent_encoded(to, segment);
        }
        to.put(std::string_view{">"});
        return true;
    }

    body_writer& to_;
    detail::link_filter queries_;
    std::string_view reference_;
};

}  // namespace mincoap
