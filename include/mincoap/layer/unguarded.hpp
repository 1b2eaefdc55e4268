// In place of a guard: whoever sends a datagram with a forged source has the response, of any size, sent to that
// address (RFC 7252 §11.3). For networks where nobody does, and for responses that are no larger than requests.
#pragma once

namespace mincoap {

struct unguarded {
    static constexpr bool guards = true;
};

}  // namespace mincoap
