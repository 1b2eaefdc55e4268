// In place of a guard: an attacker that forges the source of a datagram has the response, of any size, sent to that
// address (RFC 7252 §11.3). For networks without attackers, and for responses that are no larger than requests.
#pragma once

namespace mincoap {

struct unguarded {
    static constexpr bool guards = true;
};

}  // namespace mincoap
