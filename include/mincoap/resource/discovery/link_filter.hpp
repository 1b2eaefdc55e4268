// Filters for documents in link-format (RFC 6690 §4.1): which links does `GET /.well-known/core?rt=temp*` ask for?
//
//     for (const std::string_view link : link_range{document})
//         if (matches_filter(link, query)) to.put(link);
//
// Nothing is kept and nothing copied. No bytes do harm: what is no link-format is split and compared somewhere, but
// within its bounds.
#pragma once

#include <mincoap/message/view.hpp>

namespace mincoap {
namespace detail {

// Here, text is two pointers, of which compilers make far less code than of std::string_view.

// Where the first separator, of one or two kinds, is that does not stand between quotation marks, behind a backslash
// or, if the text begins with "<", before the ">"; the end if there is none.
constexpr const char* find_unquoted(const char* at, const char* end, char separator, char other) {
    char wanted = at != end && *at == '<' ? '>' : separator;
    for (; at != end; ++at) {
        if (*at > '\\') continue;  // as most characters are, and no separator is
        if (*at == wanted || (*at == other && wanted == separator)) {
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
constexpr const char* find_unquoted(const char* at, const char* end, char separator) {
    return find_unquoted(at, end, separator, separator);
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

// A part of a link: the reference, under the name "href", or an attribute.
struct link_part {
    const char* name;
    const char* name_end;
    const char* value;
    const char* end;
    bool is_reference;
};

// One query of a request, and whether the link at hand has what it asks for.
struct link_query {
    const char* begin;
    const char* end;
    bool is_met;

    // Begins with another link. Returns false if the query is empty, which every link meets.
    constexpr bool ask() {
        is_met = begin == end;
        return !is_met;
    }

    // True if that part of the link, its reference or an attribute, has the name and the value of the query.
    constexpr bool matches(const link_part& part) const {
        const char* at = begin;
        const char* as = part.name;
        while (at != end && *at != '=' && as != part.name_end && *at == *as) ++at, ++as;
        if (as != part.name_end || is_href(begin, at) != part.is_reference) return false;
        if (at == end) return true;  // whatever the value
        const bool prefix = end[-1] == '*';
        return *at == '=' &&
               value_pattern{at + 1, end - prefix, prefix, is_list(begin, at)}.matches(part.value, part.end);
    }
};

// All queries of a request, and how many of them a link does not meet.
class link_filter {
public:
    static constexpr unsigned capacity = 8;

    constexpr link_filter() = default;

    // The Uri-Query options as they are encoded, one behind the other.
    constexpr explicit link_filter(bytes queries) {
        for (const message::option_view query : message::option_range{queries}) add(query.text());
    }

    // A query beyond the capacity is ignored.
    constexpr void add(std::string_view query) {
        if (end_ != capacity) queries_[end_++] = {query.data(), query.data() + query.size(), false};
    }

    // Looks at each part of a link once, however many queries there are. Returns where the link ends: at that
    // separator, or where the text does. A single link has no other one than ";", which is that of its parts.
    constexpr const char* look_at(const char* at, const char* end, char separator) {
        unmet_ = 0;
        for (unsigned i = 0; i != end_; ++i) unmet_ += queries_[i].ask();
        const char* part = at;
        at = find_unquoted(part, end, ';', separator);
        constexpr const char* href = "href";
        if (at - part > 1) meet({href, href + 4, part + 1, at - 1, true});
        while (at != end && *at == ';') {
            part = at + 1;
            at = find_unquoted(part, end, ';', separator);
            if (is_met()) continue;
            const char* name_end = part;
            while (name_end != at && *name_end != '=') ++name_end;
            const char* const value = name_end + (name_end != at);
            const bool quoted = at - value > 1 && *value == '"';
            meet({part, name_end, value + quoted, at - quoted, false});
        }
        return at;
    }

    // True if the link that was looked at last meets all queries.
    constexpr bool is_met() const { return unmet_ == 0; }

private:
    constexpr void meet(const link_part& part) {
        for (unsigned i = 0; i != end_; ++i) {
            link_query& query = queries_[i];
            if (query.is_met || !query.matches(part)) continue;
            query.is_met = true;
            --unmet_;
        }
    }

    link_query queries_[capacity]{};
    unsigned end_ = 0;
    unsigned unmet_ = 0;
};

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
    detail::link_filter filter;
    filter.add(query);
    filter.look_at(link.data(), link.data() + link.size(), ';');
    return filter.is_met();
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
