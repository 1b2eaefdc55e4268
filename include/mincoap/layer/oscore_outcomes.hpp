// The outcomes of protected requests; see oscore.hpp.
#pragma once

#include <mincoap/server/outcome.hpp>

namespace mincoap::outcomes {

// Protected requests that were not opened: the option does not decode, or other options outside ask
// for something that the server does not do; no context has that kid; the number was used before;
// the tag is wrong.
inline constexpr outcome oscore_malformed = outcome::named<"OSCORE: malformed">();
inline constexpr outcome oscore_unknown = outcome::named<"OSCORE: unknown context">();
inline constexpr outcome oscore_replayed = outcome::named<"OSCORE: replay">();
inline constexpr outcome oscore_forged = outcome::named<"OSCORE: wrong tag">();

// Opened, and answered with a protected challenge: the context has no window (§B.1.2), or the
// address has to be confirmed.
inline constexpr outcome oscore_challenged = outcome::named<"OSCORE: challenged">();

// Opened, but no request: the answer is a protected 4.00.
inline constexpr outcome oscore_bad_request = outcome::named<"OSCORE: no request inside">();

// The answer was dropped: the context is gone, or has no sequence number left, or the storage has
// failed.
inline constexpr outcome oscore_unsealed = outcome::named<"OSCORE: no number">();

}  // namespace mincoap::outcomes
