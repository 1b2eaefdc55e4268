// hello.cpp with one resource more, or a guard, to tell what they cost: see costs.py.
#include <mincoap/resource/methods.hpp>
#include <mincoap/resource/routes.hpp>
#include <mincoap/resource/text.hpp>
#include <mincoap/resource/value.hpp>
#include <mincoap/resource/well_known_core.hpp>
#include <mincoap/security/echo_guard.hpp>
#include <mincoap/server/server.hpp>

#include "radio.hpp"

extern "C" void beep();
extern "C" std::uint64_t accelerator(const std::uint64_t* message, std::size_t count);
extern std::uint32_t count;

// A MAC that some hardware computes.
struct accelerated {
    struct key {};

    constexpr explicit accelerated(const key&) {}
    std::uint64_t operator()(std::span<const std::uint64_t> message) const {
        return accelerator(message.data(), message.size());
    }
};

namespace {

bool led = false;
[[maybe_unused]] bool fan = false;

[[maybe_unused]] mincoap::reply make_beep(const mincoap::request&) {
    beep();
    return mincoap::code::changed;
}

template <int Number>
mincoap::reply render_byte(const mincoap::request&) {
    return {mincoap::code::content, mincoap::content_format::cbor,
            [low = count + Number](mincoap::message::writer& to) {
                const mincoap::byte encoded = low & 23;
                to.payload(mincoap::bytes{&encoded, 1});
            }};
}

using mincoap::at;

// clang-format off
constexpr auto site = mincoap::routes(
#ifdef WITH_TEXT
    at<"a">(mincoap::text("a")),
#endif
#ifdef WITH_BOOL
    at<"a">(mincoap::value(fan)),
#endif
#ifdef WITH_INTEGER
    at<"a">(mincoap::value(count)),
#endif
#ifdef WITH_FUNCTION
    at<"a">(mincoap::post(make_beep)),
#endif
#ifdef WITH_RENDERED
    at<"a">(mincoap::get(render_byte<0>)),
#endif
#ifdef WITH_RENDERED_TWICE
    at<"a">(mincoap::get(render_byte<0>)), at<"b">(mincoap::get(render_byte<1>)),
#endif
#ifdef WITH_BELOW
    mincoap::below<"a">(mincoap::text("a")),
#endif
#ifdef WITH_DISCOVERY
    mincoap::well_known_core,
#endif
    at<"hello">(mincoap::text("Hello CoAP")), at<"led">(mincoap::value(led)));
// clang-format on

radio socket;
mincoap::byte datagram[1152];
#if defined(WITH_GUARD)
constinit mincoap::server server{socket, site, datagram, mincoap::echo_guard{mincoap::security::siphash::key{}}};
#elif defined(WITH_GUARD_ALONE)
constinit mincoap::server server{socket, site, datagram,
                                 mincoap::echo_guard<mincoap::trusts_nobody, accelerated>{accelerated::key{}}};
#else
constinit mincoap::server server{socket, site, datagram, mincoap::unguarded{}};
#endif

}  // namespace

int main() {
    for (;;) server.poll(now_ms);
}
