// The handler concept: a function from request to reply.
//
// For users: a server is given one handler, most often `routes`.
//
// For those who write one: the server has answered what is not for a handler (malformed messages, pings, proxying) and
// options with a forbidden length or repetition. A resource that stands in `routes` may also take the rest for granted:
// its path, its methods, Accept, Content-Format, and that it accepts every critical option of the request. A handler
// given to the server directly has to look at `request::critical_options` itself, and answer 4.02 to what it does not
// accept. It is not given requests by multicast, unless it says `static constexpr bool serves_groups = true`.
#pragma once

#include <concepts>

#include <mincoap/handler/reply.hpp>
#include <mincoap/handler/request.hpp>

namespace mincoap {

template <typename H>
concept handler = requires(const H& h, const request& r) {
    { h(r) } -> std::convertible_to<reply>;
};

// The archetype: the server with nothing in it.
struct null_handler {
    reply operator()(const request&) const { return code::not_found; }
};
static_assert(handler<null_handler>);

}  // namespace mincoap
