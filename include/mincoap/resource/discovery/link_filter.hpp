// Filters for documents in link-format (RFC 6690 §4.1): it finds the links that a request such as
// `GET /.well-known/core?rt=temp*` asks for.
//
//     for (const std::string_view link : link_range{document})
//         if (matches_filter(link, query)) to.put(link);
//
// It keeps and copies nothing. Any bytes are safe: text that is not in link-format is split
// somewhere within its bounds.
#pragma once

#include <mincoap/message/view.hpp>

namespace mincoap {
namespace detail {

// Text is a pair of pointers here, for which compilers make far less code than for std::string_view.

// Finds the first separator, of one or two kinds, and returns `end` if there is none. A separator between quotation
// marks, after a backslash or within "<" and ">" at the beginning does not count.
[[nodiscard]] constexpr const char* find_unquoted(const char* at, const char* end, char separator, char other) {
    char wanted = at != end && *at == '<' ? '>' : separator;
    for (; at != end; ++at) {
        if (*at > '\\') continue;  // most characters, and no separator
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
[[nodiscard]] constexpr const char* find_unquoted(const char* at, const char* end, char separator) {
    return find_unquoted(at, end, separator, separator);
}

// Returns the position in the text after the prefix, or null if the text has another beginning. In
// the text, a backslash quotes the next character (RFC 2616 §2.2, by RFC 6690 §4.1).
[[nodiscard]] constexpr const char* after_prefix(const char* prefix, const char* prefix_end, const char* at,
                                                 const char* end) {
    for (; prefix != prefix_end; ++prefix, ++at) {
        if (at != end && *at == '\\') ++at;
        if (at == end || *at != *prefix) return nullptr;
    }
    return at;
}

// The pattern that a query compares with the value of an attribute.
struct value_pattern {
    const char* begin;
    const char* end;
    bool prefix;  // the value may be longer
    bool list;    // the value is a list, and one of its elements has to match

    [[nodiscard]] constexpr bool matches(const char* at, const char* values_end) const {
        for (;; ++at) {
            const char* const value_end = list ? find_unquoted(at, values_end, ' ') : values_end;
            at = after_prefix(begin, end, at, value_end);
            if (at != nullptr && (prefix || at == value_end)) return true;
            if (value_end == values_end) return false;
            at = value_end;
        }
    }
};

// RFC 6690 §4.1: each value of a relation-types attribute MUST count as a separate attribute. RFC
// 7252 §7.2.1 makes ct a list as well.
[[nodiscard]] constexpr bool is_list(const char* name, const char* name_end) {
    constexpr std::string_view lists = "rt if ct rel rev";
    return value_pattern{name, name_end, false, true}.matches(lists.data(), lists.data() + lists.size());
}

[[nodiscard]] constexpr bool is_href(const char* name, const char* name_end) {
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

// One query of a request, and the result of comparing it with the current link.
struct link_query {
    const char* begin;
    const char* end;
    bool is_met;

    // Starts with another link. Returns false if the query is empty: each link meets that one.
    [[nodiscard]] constexpr bool start() {
        is_met = begin == end;
        return !is_met;
    }

    // True if this part of the link has the name and the value of the query.
    [[nodiscard]] constexpr bool matches(const link_part& part) const {
        const char* at = begin;
        const char* as = part.name;
        while (at != end && *at != '=' && as != part.name_end && *at == *as) ++at, ++as;
        if (as != part.name_end || is_href(begin, at) != part.is_reference) return false;
        if (at == end) return true;  // a query without a value
        const bool prefix = end[-1] == '*';
        return *at == '=' &&
               value_pattern{at + 1, end - prefix, prefix, is_list(begin, at)}.matches(part.value, part.end);
    }
};

// All queries of a request, and the number of them that the current link does not meet.
class link_filter {
public:
    static constexpr unsigned capacity = 8;

    constexpr link_filter() = default;

    // `queries` holds the encoded Uri-Query options, one after another.
    constexpr explicit link_filter(bytes queries) {
        for (const message::option_view query : message::option_range{queries}) add(query.text());
    }

    // A query beyond the capacity is ignored.
    constexpr void add(std::string_view query) {
        if (end_ != capacity) queries_[end_++] = {query.data(), query.data() + query.size(), false};
    }

    // Compares a link with the queries and returns where the link ends: at the separator or at `end`. Each part of the
    // link is read once, for any number of queries. For a single link, the separator is ";", as between its parts.
    constexpr const char* look_at(const char* at, const char* end, char separator) {
        unmet_ = 0;
        for (unsigned i = 0; i != end_; ++i) unmet_ += queries_[i].start();
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

    // True if the last link meets all queries.
    [[nodiscard]] constexpr bool is_met() const { return unmet_ == 0; }

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

// Returns true if the query matches the link. `query` is one Uri-Query option as it arrives,
// percent-decoded. If a request has several, call it for each: all have to match.
//
//     rt=temperature    The value is "temperature". For rt, if, rel, rev and ct, one value of the list is.
//     rt=temp*          The same, if it begins with "temp". An asterisk elsewhere is an ordinary character.
//     obs, obs=*        The link has the attribute.
//     href=/sensors/*   The reference between "<" and ">" begins with "/sensors/". It is compared as it is in the link,
//                       percent-encoded.
//
// Quotation marks around a value are not compared; those in a query are. An attribute without a value has the empty
// value. If a link has an attribute several times, one of them has to match. An empty query matches each link.
[[nodiscard]] constexpr bool matches_filter(std::string_view link, std::string_view query) {
    detail::link_filter filter;
    filter.add(query);
    filter.look_at(link.data(), link.data() + link.size(), ';');
    return filter.is_met();
}

// The links of a document, as views into it. Between links that you write, put a comma.
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
