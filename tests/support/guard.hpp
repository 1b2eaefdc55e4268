// A guard with a known key, and a text that is too large for an unconfirmed address.
#pragma once

#include <string_view>

#include <mincoap/layer/echo_guard.hpp>

namespace mincoap::test {

inline constexpr security::key guard_key{0x89ab'cdef, 0x0123'4567, 0x7654'3210, 0xfedc'ba98};
inline constexpr security::key other_key{1, 2, 3, 4};

template <typename Trusted = trusts_nobody, security::mac Mac = security::chaskey>
struct guard : echo_guard<Trusted, Mac> {
    guard() : echo_guard<Trusted, Mac>(guard_key) {}
};

inline constexpr std::string_view large =
    "A text of a hundred bytes or so, which is more than three times what a request for it takes: "
    "all of its options, its token and its header.";

}  // namespace mincoap::test
