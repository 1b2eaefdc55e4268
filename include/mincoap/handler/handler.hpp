// The handler concept: a function from request to reply.
//
// For users: pass one handler to a server, usually `routes`.
//
// For authors of a handler: the server itself handles malformed messages, pings, proxying, and
// options with a forbidden length or repetition. A resource in `routes` can also rely on its path,
// its methods, Accept, Content-Format, and on accepting every critical option of the request. A
// handler that is passed to the server directly must check `request::critical_options` itself, and
// answer 4.02 if it does not accept one of them. It gets no multicast requests, unless it declares
// `static constexpr bool serves_groups = true`.
#pragma once

#include <concepts>

#include <mincoap/handler/reply.hpp>
#include <mincoap/handler/request.hpp>

namespace mincoap {

template <typename H>
concept handler = requires(const H& h, const request& r) {
    { h(r) } -> std::convertible_to<reply>;
};

// The archetype, which makes a server without resources.
struct null_handler {
    reply operator()(const request&) const { return code::not_found; }
};
static_assert(handler<null_handler>);

}  // namespace mincoap
