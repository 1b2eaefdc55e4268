// A guard whose key is known, and a text that is too large for an address that it has not confirmed.
#pragma once

#include <string_view>

#include <mincoap/layer/echo_guard.hpp>

namespace mincoap::test {

inline constexpr security::siphash::key guard_key{0x0123'4567'89ab'cdef, 0xfedc'ba98'7654'3210};

template <typename Trusted = trusts_nobody>
struct guard : echo_guard<Trusted> {
    guard() : echo_guard<Trusted>(guard_key) {}
};

inline constexpr std::string_view large =
    "A text of a hundred bytes or so, which is more than three times what a request for it takes: "
    "all of its options, its token and its header.";

}  // namespace mincoap::test
