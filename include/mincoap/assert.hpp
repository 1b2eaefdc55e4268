// The assert hook, which runs when a program breaks a contract of this library.
//
// MINCOAP_ASSERT(condition) is evaluated only in checked builds. A build is checked when
// MINCOAP_CHECKED is defined to 1. Without a definition, it follows NDEBUG, as <cassert> does.
// Firmware may define MINCOAP_ASSERT itself, to log and reset. Define both before you include any
// header of mincoap, and in the same way in the whole program.
//
// Checked builds also overwrite a request once its handler has returned. A reply that kept a view
// of the request then shows garbage in its first test instead of in the field.
#pragma once

#ifndef MINCOAP_CHECKED
#ifdef NDEBUG
#define MINCOAP_CHECKED 0
#else
#define MINCOAP_CHECKED 1
#endif
#endif

#ifndef MINCOAP_ASSERT
#define MINCOAP_ASSERT(condition) ((!::mincoap::checked_build || (condition)) ? static_cast<void>(0) : __builtin_trap())
#endif

namespace mincoap {
inline constexpr bool checked_build = MINCOAP_CHECKED != 0;
}  // namespace mincoap
