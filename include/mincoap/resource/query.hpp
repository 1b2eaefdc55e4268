// The query of a request (RFC 7252 §5.10.1): `coap://host/log?from=3&all` arrives as two Uri-Query
// options, "from=3" and "all".
//
//     reply read_log(const request& r) {
//         const std::optional<std::string_view> from = query_parameter(r, "from");
//         ...
//     }
//     constexpr auto site = routes(at<"log">(get(read_log).accepts_option<option::uri_query>()));
//
// A method that looks at the query says so by `accepts_option`. Otherwise, the server answers a
// request that has a query with 4.02. The functions return views into the request. They are valid
// until the handler returns, so a reply must not keep them. They are percent-decoded and may hold
// any bytes: the library does not check that they are UTF-8.
#pragma once

#include <optional>

#include <mincoap/handler/request.hpp>

namespace mincoap {

// The values of the Uri-Query options of a request, in their order.
class query_range {
public:
    struct sentinel {};

    class iterator {
    public:
        constexpr explicit iterator(message::option_range::iterator first) : at_(first) { skip_others(); }
        std::string_view operator*() const { return (*at_).text(); }
        constexpr iterator& operator++() {
            ++at_;
            skip_others();
            return *this;
        }
        constexpr bool operator==(sentinel) const { return at_ == message::option_range::sentinel{}; }

    private:
        constexpr void skip_others() {
            while (*this != sentinel{} && (*at_).number != option::uri_query) ++at_;
        }

        message::option_range::iterator at_;
    };

    constexpr explicit query_range(message::option_range options) : options_(options) {}

    constexpr iterator begin() const { return iterator{options_.begin()}; }
    constexpr sentinel end() const { return {}; }

private:
    message::option_range options_;
};

// Returns each argument of the query, such as "from=3" or "all":
// `for (const std::string_view q : queries(r))`.
[[nodiscard]] constexpr query_range queries(const request& r) { return query_range{r.message.options()}; }

// Returns the value of the first argument that is "name=value" or "name". The value is empty for
// "name" alone. Returns std::nullopt if the query has no such argument.
[[nodiscard]] inline std::optional<std::string_view> query_parameter(const request& r, std::string_view name) {
    for (std::string_view query : queries(r)) {
        if (!query.starts_with(name)) continue;
        query.remove_prefix(name.size());
        const bool has_value = query.starts_with('=');
        if (has_value) query.remove_prefix(1);
        if (has_value || query.empty()) return query;
    }
    return std::nullopt;
}

}  // namespace mincoap
