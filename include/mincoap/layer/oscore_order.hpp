// The order of the layers around `oscore`. Private to oscore.hpp.
#pragma once

#include <mincoap/server/layer_checks.hpp>

namespace mincoap {
struct deduplicate_kind;
struct observers_kind;
struct separate_kind;

namespace detail {

template <typename Outside, typename Inside, bool AreKept>
struct oscore_order {
    static consteval void check() {
        static_assert(!Inside::any([]<typename L>() { return guarding<L>; }),
                      "mincoap: put the guard in front of oscore: it limits the plain answers");
        static_assert(Outside::any([]<typename L>() { return is_kind<L, deduplicate_kind>; }),
                      "mincoap: put deduplicate in front of oscore: a copy of a request would be a replay; or "
                      "undeduplicated{}, if no client sends a copy");
        static_assert(
            !Outside::any([]<typename L>() { return is_kind<L, observers_kind> || is_kind<L, separate_kind>; }),
            "mincoap: put oscore in front of observers and separate, so that it encrypts their messages");
        static_assert(!AreKept || Outside::any([]<typename L>() { return challenging<L>; }),
                      "mincoap: kept_contexts need echo_guard, whose challenge shows that a request is no replay");
    }
};

}  // namespace detail
}  // namespace mincoap
