// hello.cpp with one resource more, to tell what resources cost: see costs.py.
#include <mincoap/resource/methods.hpp>
#include <mincoap/resource/routes.hpp>
#include <mincoap/resource/text.hpp>
#include <mincoap/resource/value.hpp>
#include <mincoap/resource/well_known_core.hpp>
#include <mincoap/server/server.hpp>

#include "radio.hpp"

extern "C" void beep();
extern std::uint32_t count;

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
constinit mincoap::server server{socket, site, datagram, mincoap::unguarded{}};

}  // namespace

int main() {
    for (;;) server.poll(now_ms);
}
