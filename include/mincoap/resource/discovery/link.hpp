// The links of a site (RFC 6690 §2) as one document, which is built at compile time.
#pragma once

#include <mincoap/resource/entry.hpp>

namespace mincoap::detail {

// Appends "/" and the path, percent-encoded. `size` is the size of both.
constexpr void append_reference(auto& to, std::string_view path, std::size_t size) {
    to.append("/");
    if (size == path.size() + 1) to.append(path);  // no character needs encoding
    else append_percent_encoded(to, path);
}

// An entry_path as the beginning of a reference: "/nodes", and "" for the root.
template <typename Path>
inline constexpr auto reference_to = [] {
    link_text<Path::reference_size> reference;
    if (!Path::text.empty()) append_reference(reference, Path::text, Path::reference_size);
    return reference;
}();

// One entry of a site, as it is in the document.
struct link_source {
    std::string_view path;
    std::size_t reference_size;
    std::string_view attributes;
    attribute_names names;
    bool is_listed;
};

// Appends the link of an entry, with the attributes of all entries at its path.
template <std::size_t N>
constexpr void append_link(auto& document, const std::array<link_source, N>& links,
                           const std::array<std::uint16_t, N>& next, std::size_t entry) {
    if (!links[entry].is_listed) return;
    document.append(document.size == 0 ? "<" : ",<");
    append_reference(document, links[entry].path, links[entry].reference_size);
    document.append(">");
    attribute_names names;
    std::size_t i = entry;
    do {
        document.append(links[i].attributes);
        names.add(links[i].names);
        i = next[i];
    } while (i != 0);
    if (names.twice) link_attribute_given_twice();
}

// Makes the document, one link per path, in the order of the entries. `equal_paths` holds for each entry the index of
// the first one with the same path.
template <std::size_t Capacity, std::size_t N>
[[nodiscard]] constexpr link_text<Capacity> make_document(const std::array<link_source, N>& links,
                                                          const std::array<std::uint16_t, N>& equal_paths) {
    std::array<std::uint16_t, N> next{};  // the next entry with the same path, 0 if there is none
    std::array<std::uint16_t, N> last{};
    for (std::size_t i = 0; i < N; ++i) {
        if (equal_paths[i] != i) next[last[equal_paths[i]]] = static_cast<std::uint16_t>(i);
        last[equal_paths[i]] = static_cast<std::uint16_t>(i);
    }
    link_text<Capacity> document;
    for (std::size_t i = 0; i < N; ++i)
        if (equal_paths[i] == i) append_link(document, links, next, i);
    return document;
}

}  // namespace mincoap::detail
