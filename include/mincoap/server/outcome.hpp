// The outcome of a datagram. The server has the few outcomes below; a layer brings its own, in its own file:
//
//     namespace mincoap::outcomes {
//     inline constexpr outcome limited = outcome::named<"limited">();
//     }
//
// Outcomes are told to layers that count them (see layer.hpp). Where no layer does, there is no code for them.
#pragma once

#include <mincoap/message/text_literal.hpp>

namespace mincoap {

class outcome {
public:
    // None yet.
    constexpr outcome() = default;

    // Equal names are equal outcomes.
    template <text_literal Name>
    static consteval outcome named() {
        return outcome{static_cast<const char*>(Name.text)};
    }

    // For people, such as "served".
    constexpr std::string_view name() const { return name_ == nullptr ? std::string_view{} : name_; }

    friend constexpr bool operator==(outcome a, outcome b) { return a.name_ == b.name_; }

private:
    constexpr explicit outcome(const char* name) : name_(name) {}

    const char* name_ = nullptr;
};

namespace outcomes {

inline constexpr outcome served = outcome::named<"served">();    // answered by the handler, whatever its code
inline constexpr outcome refused = outcome::named<"refused">();  // answered by the server: 4.02, 4.04, 4.05 or 5.05

// Dropped: less than a header; another version than 1 (RFC 7252 §3).
inline constexpr outcome too_short = outcome::named<"too short">();
inline constexpr outcome unknown_version = outcome::named<"unknown version">();

// Rejected: a message format error or a reserved code (RFC 7252 §4.2, §4.3).
inline constexpr outcome malformed = outcome::named<"malformed">();

// Larger than the buffer: a request is refused with 4.13, anything else rejected (RFC 7252 §4.2). This goes before what
// was made of the rest.
inline constexpr outcome truncated = outcome::named<"truncated">();

// An Empty Confirmable message: rejected, which makes it an answer (RFC 7252 §4.3).
inline constexpr outcome ping = outcome::named<"ping">();

// A response, Acknowledgement or Reset that no layer took, or a request that cannot be answered: rejected (RFC 7252
// §4.2, §8.1).
inline constexpr outcome unwanted = outcome::named<"unwanted">();

// It did not fit the buffer: 5.00, or an error without its explanation; by multicast, nothing.
inline constexpr outcome reply_too_large = outcome::named<"reply too large">();

// Dropped: a Non-confirmable request that 4.02 would be the answer to (RFC 7252 §5.4.1).
inline constexpr outcome bad_option = outcome::named<"bad option">();

// Left out: the handler or a layer has nothing to say; after multicast, an error (RFC 7252 §8.2).
inline constexpr outcome unsaid = outcome::named<"unsaid">();

}  // namespace outcomes
}  // namespace mincoap
