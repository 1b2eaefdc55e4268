// Writes the links of a document that a request asks for (RFC 6690 §4.1): those that all of its queries match.
//
//     void links(link_writer& to) const {
//         for (const node& n : nodes) to.put(text_of(to.reference(), n));    // </nodes/7>;rt="node"
//     }
#pragma once

#include <mincoap/message/body_writer.hpp>
#include <mincoap/message/view.hpp>
#include <mincoap/resource/link_filter.hpp>

namespace mincoap {

class link_writer {
public:
    // The Uri-Query options as they are encoded, one behind the other.
    constexpr link_writer(body_writer& to, bytes queries, std::string_view reference = {})
        : to_(to), queries_(queries), reference_(reference) {}

    // How the references begin, percent-encoded: "/nodes" for what stands at `below<"nodes">`, and nothing for the
    // root.
    constexpr std::string_view reference() const { return reference_; }

    // A link as it is to stand in the document, its reference percent-encoded.
    constexpr void put(std::string_view link) {
        for (const message::option_view query : message::option_range{queries_})
            if (!matches_filter(link, query.text())) return;
        if (to_.size() != 0) to_.put(std::string_view{","});
        to_.put(link);
    }

private:
    body_writer& to_;
    bytes queries_;
    std::string_view reference_;
};

}  // namespace mincoap
