// Discovery (RFC 6690): /.well-known/core lists the resources of a site and their attributes.
//
//     routes(at<"led">(value(led).title("Status LED")), well_known_core)
//
// The document is put together at compile time, in the order in which the resources stand there. A query is ignored, as
// RFC 6690 §4.1 asks of a server that does not filter. A path with a wildcard is not listed: no one link leads there.
#pragma once

#include <mincoap/message/percent_encoding.hpp>
#include <mincoap/resource/routes.hpp>
#include <mincoap/resource/text.hpp>

namespace mincoap {
namespace detail {

template <std::size_t Capacity>
struct discovery {
    link_text<Capacity> document;

    constexpr explicit discovery(const link_text<Capacity>& d) : document(d) {}

    struct get : method<code::get> {
        static constexpr option_set understands = set_of(option::uri_query) | to_group;
        static reply serve(const discovery& self, const request&) {
            return content<content_format::link_format>(self.document.view());
        }
    };
    using methods = method_list<get>;
};

// The attributes of that name among ";name=value;name", quoted values left aside.
constexpr unsigned count_attributes(std::string_view link, std::string_view name) {
    unsigned count = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < link.size(); ++i) {
        if (link[i] == '"') quoted = !quoted;
        if (quoted || link[i] != ';' || !link.substr(i + 1).starts_with(name)) continue;
        const std::string_view behind = link.substr(i + 1 + name.size());
        if (behind.empty() || behind[0] == '=' || behind[0] == ';') ++count;
    }
    return count;
}

// RFC 6690 §3, RFC 7252 §7.2.1, RFC 7641 §6: these stand at most once in a link.
constexpr void check_attributes(std::string_view link) {
    for (const std::string_view name : {"title", "rt", "if", "sz", "ct", "obs"})
        if (count_attributes(link, name) > 1) a_link_attribute_stands_twice();
}

// Stands for itself until the site is known.
template <typename Kind>
struct discovery_of_site {
    template <typename... Places>
    constexpr auto complete(const Places&... places) const {
        constexpr std::size_t capacity = (capacity_of<Places> + ... + 0);
        link_text<capacity> document;
        std::size_t index = 0;
        (add_link(document, index++, places, places...), ...);
        return Kind::make(document, places...);
    }

private:
    // The path, "</>" and a comma, the attributes.
    template <typename Place>
    static constexpr std::size_t capacity_of =
        Place::has_wildcard ? 0
                            : percent_encoded_size(Place::path_text) + 4 + attributes_capacity<decltype(Place::given)>;

    // A path has one link, with the attributes of everything that stands there.
    template <typename Place, typename... Places>
    static constexpr void add_link(auto& document, std::size_t index, const Place&, const Places&... places) {
        constexpr bool same_path[] = {Places::path_text == Place::path_text...};
        bool listed = Place::has_wildcard || std::is_same_v<decltype(Place::given), discovery_of_site>;
        for (std::size_t earlier = 0; earlier < index; ++earlier) listed = listed || same_path[earlier];
        if (listed) return;
        if (document.size != 0) document.append(",");
        document.append("</");
        append_percent_encoded(document, Place::path_text);
        document.append(">");
        const std::size_t begin = document.size;
        ((Places::path_text == Place::path_text ? document.append(attributes_of(places.given)) : void()), ...);
        check_attributes(document.view().substr(begin));
    }
};

struct unfiltered {
    template <std::size_t Capacity>
    static constexpr auto make(const link_text<Capacity>& document, const auto&...) {
        return discovery<Capacity>{document};
    }
};

}  // namespace detail

inline constexpr auto well_known_core = at<".well-known/core">(detail::discovery_of_site<detail::unfiltered>{});

}  // namespace mincoap
