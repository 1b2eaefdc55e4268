// Keys for the guards of several servers that stand in for each other: on several cores, or on several
// machines behind a balancer. An Echo option that one of them made is valid at all others. The key can
// be exchanged while they serve.
//
//     security::shared_keys keys = ...;  // such as posix::load_keys("guard.key")
//     server server{socket, site, echo_guard{keys}};
//
// To exchange the key without a challenge too many, do it in three steps: let all servers accept the new
// key (`previous`), then let all make tags with it (`current`), then drop the old one.
#pragma once

#include <mincoap/security/mac.hpp>

namespace mincoap::security {

// Only the thread of the server may change the keys, between two calls of `poll` or in a layer in front of the
// guard. Servers in several threads thus have a copy each.
struct shared_keys {
    key current{};   // makes and checks the tags of Echo options
    key previous{};  // only checks them; equal to `current` if there is no other key
    key own{};       // makes the tags for all other purposes; each server draws one at random and keeps it

    // One moment by two clocks: the real time since 1970, and the clock that is passed to `poll`. The epochs
    // of all servers begin at the same time, as far as the clocks agree. An Echo option is accepted if the
    // clocks differ by less than 65 s. Do not change them after the guard was made.
    std::uint64_t unix_ms = 0;
    std::uint32_t now_ms = 0;
};

}  // namespace mincoap::security
