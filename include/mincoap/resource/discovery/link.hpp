// Link attributes (RFC 6690 §3, RFC 7252 §7.2.1, RFC 7641 §6): what /.well-known/core tells about a resource.
#pragma once

#include <array>

#include <mincoap/assert.hpp>
#include <mincoap/message/content_format.hpp>
#include <mincoap/resource/decimal.hpp>
#include <mincoap/resource/resource.hpp>

namespace mincoap {

// Text of up to `Capacity` characters, put together at compile time.
template <std::size_t Capacity>
struct link_text {
    std::array<char, Capacity> characters{};
    std::size_t size = 0;

    constexpr std::string_view view() const { return {characters.data(), size}; }

    constexpr void append(std::string_view text) {
#ifdef __clang__  // one step of a constant expression, of which Clang allows a million
        __builtin_memcpy(characters.data() + size, text.data(), text.size());
#else
        copy_bytes(text.data(), text.size(), characters.data() + size);
#endif
        size += text.size();
    }
    constexpr void append(std::uint32_t number) { append(detail::decimal_digits{number}.view()); }
};

template <typename Resource, std::size_t Capacity>
struct described;

namespace detail {

// The attributes of a link, of those that it may have once only (RFC 6690 §3, RFC 7252 §7.2.1, RFC 7641 §6). They are
// kept beside the text, which need not be searched then.
struct attribute_names {
    byte seen = 0;
    bool twice = false;

    constexpr void add(attribute_names others) {
        twice = twice || others.twice || (seen & others.seen) != 0;
        seen = static_cast<byte>(seen | others.seen);
    }
};

constexpr attribute_names attribute_named(std::string_view name) {
    unsigned bit = 1;
    for (const std::string_view once : {"title", "rt", "if", "sz", "ct", "obs"}) {
        if (name == once) return {static_cast<byte>(bit)};
        bit *= 2;
    }
    return {};
}

// Those among ";name=value;name", quoted values left aside.
constexpr attribute_names attributes_named_in(std::string_view link) {
    attribute_names names;
    bool quoted = false;
    for (std::size_t i = 0; i < link.size(); ++i) {
        if (link[i] == '"') quoted = !quoted;
        if (quoted || link[i] != ';') continue;
        const std::string_view behind = link.substr(i + 1);
        names.add(attribute_named(behind.substr(0, behind.find_first_of("=;"))));
    }
    return names;
}

inline void a_link_attribute_contains_a_quotation_mark_or_a_backslash() { MINCOAP_ASSERT(false); }
inline void a_link_attribute_stands_twice() { MINCOAP_ASSERT(false); }

// What would have to be escaped (RFC 6690 §2, quoted-pair) is refused: at compile time, where the site is constexpr.
constexpr void check_quotable(std::string_view text) {
    for (const char c : text)
        if (c == '"' || c == '\\') a_link_attribute_contains_a_quotation_mark_or_a_backslash();
}

}  // namespace detail

// Gives a resource its attributes: `text("Hello").title("A greeting").rt("demo.text")`. Each returns the resource with
// the attribute added; values are string literals, without quotation marks and backslashes.
template <typename Resource>
class linkable {
public:
    // A human-readable name.
    template <std::size_t N>
    constexpr auto title(const char (&text)[N]) const {
        return quoted("title", text);
    }
    // Resource types, separated by spaces.
    template <std::size_t N>
    constexpr auto rt(const char (&types)[N]) const {
        return quoted("rt", types);
    }
    // Interface descriptions, separated by spaces. The attribute is called "if", which C++ reserves.
    template <std::size_t N>
    constexpr auto if_(const char (&interfaces)[N]) const {
        return quoted("if", interfaces);
    }
    // The Content-Format of its representation.
    constexpr auto ct(content_format format) const {
        return with<9>(detail::attribute_named("ct"), [=](auto& link) {
            link.append(";ct=");
            link.append(static_cast<std::uint32_t>(format));
        });
    }
    // About how large its representation is, in bytes; worth telling when it does not fit one datagram.
    constexpr auto sz(std::uint32_t size) const {
        return with<14>(detail::attribute_named("sz"), [=](auto& link) {
            link.append(";sz=");
            link.append(size);
        });
    }
    // Not yet: no resource of the library can be observed. A handler that does so itself says `raw(";obs")`.
    constexpr auto obs() const {
        static_assert(sizeof(Resource) == 0, "mincoap: resources cannot be observed (RFC 7641); leave .obs() out");
        return static_cast<const Resource&>(*this);
    }
    // Any other attributes, as they are to stand in the document: `raw(";foo=\"bar\"")`.
    template <std::size_t N>
    constexpr auto raw(const char (&attributes)[N]) const {
        return with<N - 1>(detail::attributes_named_in({attributes, N - 1}),
                           [&](auto& link) { link.append({attributes, N - 1}); });
    }

private:
    friend Resource;
    constexpr linkable() = default;

    template <std::size_t M, std::size_t N>
    constexpr auto quoted(const char (&name)[M], const char (&value)[N]) const {
        detail::check_quotable({value, N - 1});
        return with<1 + (M - 1) + 2 + (N - 1) + 1>(detail::attribute_named({name, M - 1}), [&](auto& link) {
            link.append(";");
            link.append({name, M - 1});
            link.append("=\"");
            link.append({value, N - 1});
            link.append("\"");
        });
    }

    template <std::size_t Added>
    constexpr auto with(detail::attribute_names names, auto&& append) const;
};

// A resource and its attributes.
template <typename Resource, std::size_t Capacity>
struct described : linkable<described<Resource, Capacity>> {
    Resource resource;
    link_text<Capacity> attributes;
    detail::attribute_names names;

    constexpr described(Resource r, const link_text<Capacity>& a, detail::attribute_names n)
        : resource(r), attributes(a), names(n) {}
};

namespace detail {

template <typename Resource>
inline constexpr std::size_t attributes_capacity = 0;
template <typename Resource, std::size_t Capacity>
inline constexpr std::size_t attributes_capacity<described<Resource, Capacity>> = Capacity;

constexpr auto undescribed(const auto& resource) { return resource; }
template <typename Resource, std::size_t Capacity>
constexpr Resource undescribed(const described<Resource, Capacity>& d) {
    return d.resource;
}

template <typename Given>
inline constexpr bool is_described = false;
template <typename Resource, std::size_t Capacity>
inline constexpr bool is_described<described<Resource, Capacity>> = true;

// For a function that makes a resource around another: attributes would be lost there. It goes on without them, so that
// these words are all that the compiler says.
template <typename Given>
constexpr auto refuse_attributes(const Given& given) {
    static_assert(!is_described<Given>,
                  "mincoap: attributes such as .rt() stand outermost: confirmed_only(value(v)).rt(...)");
    return undescribed(given);
}

template <typename Resource>
constexpr std::string_view attributes_of(const Resource&) {
    return {};
}
template <typename Resource, std::size_t Capacity>
constexpr std::string_view attributes_of(const described<Resource, Capacity>& d) {
    return d.attributes.view();
}

constexpr attribute_names names_of(const auto&) { return {}; }
template <typename Resource, std::size_t Capacity>
constexpr attribute_names names_of(const described<Resource, Capacity>& d) {
    return d.names;
}

// The content of a link: an entry of a site, in the document.
struct link_source {
    std::string_view reference;  // percent-encoded
    std::string_view attributes;
    attribute_names names;
    bool is_listed;
};

}  // namespace detail

template <typename Resource>
template <std::size_t Added>
constexpr auto linkable<Resource>::with(detail::attribute_names names, auto&& append) const {
    const auto& self = static_cast<const Resource&>(*this);
    link_text<detail::attributes_capacity<Resource> + Added> attributes;
    attributes.append(detail::attributes_of(self));
    append(attributes);
    names.add(detail::names_of(self));
    return described{detail::undescribed(self), attributes, names};
}

}  // namespace mincoap
