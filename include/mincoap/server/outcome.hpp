// The outcome of a datagram. The server's own outcomes are below. A layer defines its own in its
// file:
//
//     namespace mincoap::outcomes {
//     inline constexpr outcome limited = outcome::named<"limited">();
//     }
//
// The server passes each outcome to the layers that count them (see layer.hpp). Without such a
// layer, no code is generated for outcomes.
#pragma once

#include <mincoap/message/text_literal.hpp>

namespace mincoap {

class outcome {
public:
    // No outcome yet.
    constexpr outcome() = default;

    // Returns the outcome of that name. The same name always gives an equal outcome.
    template <text_literal Name>
    [[nodiscard]] static consteval outcome named() {
        return outcome{static_cast<const char*>(Name.text)};
    }

    // Returns a text for people to read, such as "served".
    [[nodiscard]] constexpr std::string_view name() const { return name_ == nullptr ? std::string_view{} : name_; }

    friend constexpr bool operator==(outcome a, outcome b) { return a.name_ == b.name_; }

private:
    constexpr explicit outcome(const char* name) : name_(name) {}

    const char* name_ = nullptr;
};

namespace outcomes {

// The handler answered, with any code.
inline constexpr outcome served = outcome::named<"served">();

// The server answered in place of the handler: 4.02, 4.04, 4.05 or 5.05.
inline constexpr outcome refused = outcome::named<"refused">();

// Dropped: shorter than a header, or a version other than 1 (RFC 7252 §3).
inline constexpr outcome too_short = outcome::named<"too short">();
inline constexpr outcome unknown_version = outcome::named<"unknown version">();

// Rejected: a message format error or a reserved code (RFC 7252 §4.2, §4.3).
inline constexpr outcome malformed = outcome::named<"malformed">();

// Larger than the buffer: a request gets 4.13, any other message is rejected (RFC 7252 §4.2).
// Truncation takes precedence over any other outcome.
inline constexpr outcome truncated = outcome::named<"truncated">();

// An Empty Confirmable message. The Reset that rejects it tells the sender that the server is alive
// (RFC 7252 §4.3).
inline constexpr outcome ping = outcome::named<"ping">();

// Rejected: a response, Acknowledgement or Reset that no layer expected, or a request that must not
// be answered (RFC 7252 §4.2, §8.1).
inline constexpr outcome unwanted = outcome::named<"unwanted">();

// The reply did not fit the buffer. The client gets 5.00, or an error without its diagnostic
// payload; a multicast request gets no answer.
inline constexpr outcome reply_too_large = outcome::named<"reply too large">();

// Dropped: a Non-confirmable request whose answer would be 4.02 (RFC 7252 §5.4.1).
inline constexpr outcome bad_option = outcome::named<"bad option">();

// No response was sent: the handler or a layer asked for none, or an error would have answered a
// multicast request (RFC 7252 §8.2).
inline constexpr outcome unsaid = outcome::named<"unsaid">();

}  // namespace outcomes
}  // namespace mincoap
