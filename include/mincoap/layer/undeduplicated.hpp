// Replaces `deduplicate` in front of `oscore`. If an answer is lost and the client sends its request
// again, the server then takes the copy for a replay: the client gets a plain 4.01, or silence, and
// cannot know whether the request was carried out. Use it if clients make a new request in place of a
// copy, such as over a transport that loses nothing. It takes no memory.
#pragma once

#include <mincoap/server/layer.hpp>

namespace mincoap {

struct undeduplicated {
    using once = struct deduplicate_kind;
    static constexpr bool guards = false;
};

}  // namespace mincoap
