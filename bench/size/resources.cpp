// hello.cpp with one resource more, or one layer, to measure its cost: see costs.py.
#include <mincoap/mincoap.hpp>

#include "radio.hpp"

extern "C" void beep();
extern "C" std::uint64_t accelerator(const mincoap::security::block* message, std::size_t count);
extern std::uint32_t count;

// A MAC that some hardware computes.
struct accelerated {
    struct key {};

    static std::uint64_t tag(const key&, std::span<const mincoap::security::block> message) {
        return accelerator(message.data(), message.size());
    }
};

namespace {

bool led = false;
[[maybe_unused]] bool fan = false;

[[maybe_unused]] std::optional<decltype(mincoap::value(fan))> there;
[[maybe_unused]] mincoap::byte_store<1024> store;
#ifdef WITH_DYNAMIC
mincoap::dynamic_routes<8> routes_at_run_time;
#endif

struct four {
    bool on = false;
    std::uint8_t level = 0;
    std::int16_t offset = 0;
    mincoap::bounded_text<16> name;
};
[[maybe_unused]] four current;
[[maybe_unused]] constexpr auto four_fields =
    mincoap::fields(mincoap::field<0>(&four::on), mincoap::field<1>(&four::level), mincoap::field<2>(&four::offset),
                    mincoap::field<3>(&four::name));

[[maybe_unused]] struct {
    static mincoap::code write(std::uint32_t, mincoap::bytes, bool) {
        beep();
        return mincoap::code::changed;
    }
} sink;

[[maybe_unused]] mincoap::etag version() {
    return mincoap::etag{mincoap::bytes{reinterpret_cast<mincoap::byte*>(&fan), 1}};
}
[[maybe_unused]] void write_character(mincoap::body_writer& to) {
    to.put(fan ? mincoap::byte{'1'} : mincoap::byte{'0'});
}
[[maybe_unused]] mincoap::reply explain(const mincoap::request&) {
    return mincoap::diagnostic(mincoap::code::conflict, "no");
}
[[maybe_unused]] mincoap::reply create(const mincoap::request&) { return mincoap::created<"a">(1); }
[[maybe_unused]] mincoap::reply tell_problem(const mincoap::request&) {
    return mincoap::problem(mincoap::code::conflict, "no");
}
[[maybe_unused]] mincoap::reply find(const mincoap::request& r) {
    return mincoap::query_parameter(r, "q") ? mincoap::code::valid : mincoap::code::not_found;
}
[[maybe_unused]] mincoap::reply look(const mincoap::request&, std::string_view captured) {
    return captured.empty() ? mincoap::code::not_found : mincoap::code::valid;
}

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
#ifdef WITH_FILTERED
    mincoap::filtered_well_known_core,
#endif
#ifdef WITH_WILDCARD
    at<"a/*">(mincoap::get(look)),
#endif
#ifdef WITH_OPTIONAL
    at<"a">(mincoap::optional(there)),
#endif
#ifdef WITH_DYNAMIC
    mincoap::below<"a">(mincoap::routes(routes_at_run_time)),
#endif
#ifdef WITH_EXPLAINED
    at<"a">(mincoap::get(explain)),
#endif
#ifdef WITH_CREATED
    at<"a">(mincoap::post(create)),
#endif
#ifdef WITH_PROBLEM
    at<"a">(mincoap::get(tell_problem)),
#endif
#ifdef WITH_QUERY
    at<"a">(mincoap::get(find).accepts_option<mincoap::option::uri_query>()),
#endif
#ifdef WITH_DOCUMENT
    at<"a">(mincoap::document("a")),
#endif
#ifdef WITH_DOCUMENT_TWICE
    at<"a">(mincoap::document("a")), at<"b">(mincoap::document("b")),
#endif
#ifdef WITH_RENDERED_BLOCKS
    at<"a">(mincoap::generated(write_character)),
#endif
#ifdef WITH_UPLOAD
    at<"a">(mincoap::put_blocks(sink)),
#endif
#ifdef WITH_STORE
    at<"a">(mincoap::get_blocks(store), mincoap::put_blocks(store)),
#endif
#ifdef WITH_CONDITIONAL
    at<"a">(mincoap::conditional(version, mincoap::value(fan))),
#endif
#ifdef WITH_NEGOTIATED
    at<"a">(mincoap::negotiated(mincoap::text("a"), mincoap::constant<mincoap::content_format::json>{"1"})),
#endif
#ifdef WITH_RECORD_READ
    at<"a">(mincoap::record<mincoap::code::get>(current, four_fields)),
#endif
#ifdef WITH_RECORD
    at<"a">(mincoap::record<mincoap::code::get, mincoap::code::put>(current, four_fields)),
#endif
#ifdef WITH_RECORD_PARTS
    at<"a">(mincoap::record(current, four_fields)),
#endif
#ifdef WITH_SENML
    at<"a">(mincoap::senml<"urn:dev:a:">(mincoap::entry<"a", "Cel">(current.offset), mincoap::entry<"b">(current.level),
                                        mincoap::entry<"c">(fan))),
#endif
    at<"hello">(mincoap::text("Hello CoAP")), at<"led">(mincoap::value(led)));
// clang-format on

[[maybe_unused]] mincoap::security::key key;
[[maybe_unused]] constexpr accelerated::key no_key;

radio socket;
mincoap::server_memory<1152> memory;
constinit mincoap::server server{
    socket,
    site,
    memory,
#ifdef WITH_GUARD
    mincoap::echo_guard{key},
#elif defined(WITH_GUARD_SIPHASH)
    mincoap::echo_guard<mincoap::trusts_nobody, mincoap::security::siphash>{key},
#elif defined(WITH_PREEMPTIVE_ECHO)
    mincoap::echo_guard{key}.preemptive(),
#elif defined(WITH_GUARD_ALONE)
    mincoap::echo_guard<mincoap::trusts_nobody, accelerated>{no_key},
#else
    mincoap::unguarded{},
#endif
#ifdef WITH_FLOOD_LIMIT
    mincoap::flood_limit<20, 100>{},
#endif
#ifdef WITH_LEISURE
    mincoap::leisure<256>{1},
#endif
#ifdef WITH_HOST_NAMES
    mincoap::host_names<"device.example">{},
#endif
#ifdef WITH_NO_RESPONSE
    mincoap::no_response{},
#endif
#ifdef WITH_PROBLEM_DETAILS
    mincoap::problem_details{},
#endif
#ifdef WITH_COUNTERS
    mincoap::counters{},
#endif
};

}  // namespace

int main() {
#ifdef WITH_DYNAMIC
    if (routes_at_run_time.add({"fan"}, mincoap::value(fan)) != mincoap::add_result::added) return 1;
#endif
    for (;;) server.poll(now_ms);
}
