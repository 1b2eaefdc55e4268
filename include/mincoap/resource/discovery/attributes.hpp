// Link attributes (RFC 6690 §3, RFC 7252 §7.2.1): the part of a link that describes a resource.
//
//     at<"led">(value(led)).title("Status LED").rt("lamp")         // </led>;title="Status LED";rt="lamp"
//     list.add({"led"}, link_attributes{}.rt("lamp"), value(led))  // a route of dynamic_routes
#pragma once

#include <array>

#include <mincoap/assert.hpp>
#include <mincoap/message/bytes.hpp>
#include <mincoap/message/content_format.hpp>
#include <mincoap/resource/decimal.hpp>

namespace mincoap {

// Text of up to `Capacity` characters, built at compile time.
template <std::size_t Capacity>
struct link_text {
    std::array<char, Capacity> characters{};
    std::size_t size = 0;

    [[nodiscard]] constexpr std::string_view view() const { return {characters.data(), size}; }

    constexpr void append(std::string_view text) {
#ifdef __clang__  // one step of a constant expression; Clang allows a million steps
        __builtin_memcpy(characters.data() + size, text.data(), text.size());
#else
        copy_bytes(text.data(), text.size(), characters.data() + size);
#endif
        size += text.size();
    }
    constexpr void append(std::uint32_t number) { append(detail::decimal_digits{number}.view()); }
};

namespace detail {

// The set of attributes of a link, as far as a link may have each only once (RFC 6690 §3, RFC 7252 §7.2.1, RFC 7641
// §6, RFC 8613 §9). It saves a search in the text.
struct attribute_names {
    byte seen = 0;
    bool twice = false;

    constexpr void add(attribute_names others) {
        twice = twice || others.twice || (seen & others.seen) != 0;
        seen = static_cast<byte>(seen | others.seen);
    }
};

[[nodiscard]] constexpr attribute_names attribute_named(std::string_view name) {
    unsigned bit = 1;
    for (const std::string_view once : {"title", "rt", "if", "sz", "ct", "obs", "osc"}) {
        if (name == once) return {static_cast<byte>(bit)};
        bit *= 2;
    }
    return {};
}

// Finds the names in ";name=value;name". Quoted values are skipped.
[[nodiscard]] constexpr attribute_names attributes_named_in(std::string_view attributes) {
    attribute_names names;
    bool quoted = false;
    for (std::size_t i = 0; i < attributes.size(); ++i) {
        if (attributes[i] == '"') quoted = !quoted;
        if (quoted || attributes[i] != ';') continue;
        const std::string_view rest = attributes.substr(i + 1);
        names.add(attribute_named(rest.substr(0, rest.find_first_of("=;"))));
    }
    return names;
}

// Compilers print the name of the function that ends the evaluation of a constexpr site.
inline void link_attribute_with_quotation_mark_or_backslash() { MINCOAP_ASSERT(false); }
inline void link_attribute_given_twice() { MINCOAP_ASSERT(false); }

// Refuses the characters that RFC 6690 §2 would escape (quoted-pair). In a constexpr site this is a compile error.
constexpr void check_quotable(std::string_view text) {
    for (const char c : text)
        if (c == '"' || c == '\\') link_attribute_with_quotation_mark_or_backslash();
}

}  // namespace detail

// The attributes of one link. Each function below returns them with one attribute added. Values are string literals
// without quotation marks and backslashes. Entries of a site, which `at` and `below` return, have the same functions.
template <std::size_t Capacity = 0, bool IsObservable = false>
class link_attributes {
public:
    // A name for humans.
    template <std::size_t N>
    [[nodiscard]] constexpr auto title(const char (&text)[N]) const {
        return with_quoted("title", text);
    }
    // Resource types, separated by spaces.
    template <std::size_t N>
    [[nodiscard]] constexpr auto rt(const char (&types)[N]) const {
        return with_quoted("rt", types);
    }
    // Interface descriptions, separated by spaces. The attribute is called "if", a keyword of C++.
    template <std::size_t N>
    [[nodiscard]] constexpr auto if_(const char (&interfaces)[N]) const {
        return with_quoted("if", interfaces);
    }
    // The Content-Format of the representation.
    [[nodiscard]] constexpr auto ct(content_format format) const {
        return with<9>(detail::attribute_named("ct"), ";ct=", static_cast<std::uint32_t>(format));
    }
    // Several Content-Formats, `Size` characters such as "0 60" (RFC 7252 §7.2.1).
    template <std::size_t Size>
    [[nodiscard]] constexpr auto ct_list(std::string_view formats) const {
        return with<Size + 6>(detail::attribute_named("ct"), ";ct=\"", formats, "\"");
    }
    // The approximate size of the representation in bytes. Give it if the representation exceeds one datagram.
    [[nodiscard]] constexpr auto sz(std::uint32_t size) const {
        return with<14>(detail::attribute_named("sz"), ";sz=", size);
    }
    // Lets clients observe the resource (RFC 7641 §6). The server needs the layer `observers`.
    [[nodiscard]] constexpr auto observable() const { return with<4, true>(detail::attribute_named("obs"), ";obs"); }
    // Clients need OSCORE for the resource (RFC 8613 §9); see allow.hpp.
    [[nodiscard]] constexpr auto osc() const { return with<4>(detail::attribute_named("osc"), ";osc"); }
    // Other attributes, copied into the document as they are: `raw(";foo=\"bar\"")`.
    template <std::size_t N>
    [[nodiscard]] constexpr auto raw(const char (&attributes)[N]) const {
        const std::string_view text{attributes, N - 1};
        return with<N - 1>(detail::attributes_named_in(text), text);
    }

    // The attributes as they are in a document: `;title="Status LED";rt="lamp"`.
    [[nodiscard]] constexpr std::string_view view() const { return text_.view(); }
    [[nodiscard]] static constexpr std::size_t capacity() { return Capacity; }
    static constexpr bool is_observable = IsObservable;
    [[nodiscard]] constexpr detail::attribute_names names() const { return names_; }

private:
    template <std::size_t, bool>
    friend class link_attributes;

    template <std::size_t Added, bool Observable = IsObservable>
    constexpr link_attributes<Capacity + Added, Observable> with(detail::attribute_names added, auto... parts) const {
        link_attributes<Capacity + Added, Observable> longer;
        longer.text_.append(text_.view());
        (longer.text_.append(parts), ...);
        longer.names_ = names_;
        longer.names_.add(added);
        return longer;
    }

    template <std::size_t M, std::size_t N>
    constexpr auto with_quoted(const char (&name)[M], const char (&value)[N]) const {
        const std::string_view text{value, N - 1};
        detail::check_quotable(text);
        return with<M + N + 2>(detail::attribute_named(name), ";", name, "=\"", text, "\"");
    }

    link_text<Capacity> text_;
    detail::attribute_names names_;
};

}  // namespace mincoap
