// Filters for documents in link-format (RFC 6690 §4.1): which links does `GET /.well-known/core?rt=temp*` ask for?
//
//     for (const std::string_view link : link_range{document})
//         if (matches_filter(link, query)) to.put(link);
//
// Nothing is kept and nothing copied. No bytes do harm: what is no link-format is split and compared somewhere, but
// within its bounds.
#pragma once

#include <mincoap/message/bytes.hpp>

namespace mincoap {
namespace detail {

// Here, text is two pointers, of which compilers make far less code than of std::string_view.

// Where the first separator is that does not stand between quotation marks, behind a backslash or, if the text begins
// with "<", before the ">"; the end if there is none.
constexpr const char* find_unquoted(const char* at, const char* end, char separator) {
    char wanted = at != end && *at == '<' ? '>' : separator;
    for (; at != end; ++at) {
        if (*at == wanted) {
            if (wanted == separator) break;
            wanted = separator;
        } else if (*at == '"') {
            wanted = '"';
        } else if (*at == '\\' && at + 1 != end) {
            ++at;
        }
    }
    return at;
}

// Where the text goes on behind that beginning; null if it has another one. In the text, a backslash quotes the next
// character (RFC 2616 §2.2, as RFC 6690 §4.1 has it).
constexpr const char* behind(const char* beginning, const char* beginning_end, const char* at, const char* end) {
    for (; beginning != beginning_end; ++beginning, ++at) {
        if (at != end && *at == '\\') ++at;
        if (at == end || *at != *beginning) return nullptr;
    }
    return at;
}

// What the value of an attribute is compared with.
struct value_pattern {
    const char* begin;
    const char* end;
    bool prefix;  // there may be more behind it
    bool list;    // the value is several, one of which is enough

    constexpr bool matches(const char* at, const char* values_end) const {
        for (;; ++at) {
            const char* const value_end = list ? find_unquoted(at, values_end, ' ') : values_end;
            at = behind(begin, end, at, value_end);
            if (at != nullptr && (prefix || at == value_end)) return true;
            if (value_end == values_end) return false;
            at = value_end;
        }
    }

    constexpr bool matches_unquoted(const char* at, const char* end_of_value) const {
        const bool quoted = end_of_value - at > 1 && *at == '"';
        return matches(at + quoted, end_of_value - quoted);
    }
};

// RFC 6690 §4.1: where they are relation-types, each value MUST count as an attribute of its own; RFC 7252 §7.2.1 makes
// ct a list as well.
constexpr bool is_list(const char* name, const char* name_end) {
    constexpr std::string_view lists = "rt if ct rel rev";
    return value_pattern{name, name_end, false, true}.matches(lists.data(), lists.data() + lists.size());
}

constexpr bool is_href(const char* name, const char* name_end) {
    return name_end - name == 4 && equal_bytes(name, "href", 4);
}

// What a query asks for, behind its name. Without "=" it asks for the attribute, with whatever value.
constexpr value_pattern pattern_of(const char* name, const char* name_end, const char* end) {
    if (name_end == end) return {end, end, true, false};
    const bool prefix = end[-1] == '*';
    return {name_end + 1, end - prefix, prefix, is_list(name, name_end)};
}

// Where the value of an attribute begins, its end if there is none; null if the attribute has another name.
constexpr const char* value_of(const char* name, const char* name_end, const char* at, const char* end) {
    at = behind(name, name_end, at, end);
    if (at == nullptr || at == end) return at;
    return *at == '=' ? at + 1 : nullptr;
}

// What stands behind the reference: ";rt=x;obs", or nothing.
constexpr bool has_attribute(const char* at, const char* end, const char* name, const char* name_end,
                             const value_pattern& pattern) {
    while (at != end) {
        const char* const attribute = at + 1;
        at = find_unquoted(attribute, end, ';');
        const char* const value = value_of(name, name_end, attribute, at);
        if (value != nullptr && pattern.matches_unquoted(value, at)) return true;
    }
    return false;
}

}  // namespace detail

// Whether a link is one of those that a query asks for. The query is one Uri-Query option as it arrives, which is
// percent-decoded; of several, each has to match.
//
//     rt=temperature    Among the values of rt, if, rel, rev and ct, one is that; of other attributes, the value is.
//     rt=temp*          ... begins with that. An asterisk elsewhere is one.
//     obs, obs=*        The link has the attribute.
//     href=/sensors/*   The reference between "<" and ">" begins with that. It is compared as it stands there,
//                       percent-encoded.
//
// Values are compared without their quotation marks; those in a query are part of what is asked for. An attribute
// without a value has an empty one; if it stands there more than once, any may match. An empty query asks for nothing,
// so that every link matches.
constexpr bool matches_filter(std::string_view link, std::string_view query) {
    if (query.empty()) return true;
    const char* const name = query.data();
    const char* const name_end = detail::find_unquoted(name, name + query.size(), '=');
    const detail::value_pattern pattern = detail::pattern_of(name, name_end, name + query.size());
    const char* const begin = link.data();
    const char* const end = begin + link.size();
    const char* const target_end = detail::find_unquoted(begin, end, ';');
    if (detail::is_href(name, name_end)) return target_end - begin > 1 && pattern.matches(begin + 1, target_end - 1);
    return detail::has_attribute(target_end, end, name, name_end, pattern);
}

// The links of a document, one after another, which are views into it. Put a comma between those that are written.
class link_range {
public:
    struct sentinel {};

    class iterator {
    public:
        constexpr explicit iterator(std::string_view document)
            : at_(document.data()), end_(at_ + document.size()), link_end_(detail::find_unquoted(at_, end_, ',')) {}
        constexpr std::string_view operator*() const { return {at_, static_cast<std::size_t>(link_end_ - at_)}; }
        constexpr iterator& operator++() {
            at_ = link_end_ == end_ ? end_ : link_end_ + 1;
            link_end_ = detail::find_unquoted(at_, end_, ',');
            return *this;
        }
        constexpr bool operator==(sentinel) const { return at_ == end_; }

    private:
        const char* at_;
        const char* end_;
        const char* link_end_;
    };

    constexpr explicit link_range(std::string_view document) : document_(document) {}

    constexpr iterator begin() const { return iterator{document_}; }
    constexpr sentinel end() const { return {}; }

private:
    std::string_view document_;
};

}  // namespace mincoap
