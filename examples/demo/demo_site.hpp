// The demo's resources, for any device: no operating system, no heap, and a clock that is passed in.
//
//     /               GET        a greeting
//     /time           GET        the clock, UTC
//     /cbor           GET, PUT   a record in CBOR; 4.03 while it is hidden
//     /message/info   POST       a line of text for the log
//     /message/warn   POST       the same as a warning
//     /log            GET        the latest lines, about 1 KiB of them
#pragma once

#include <mincoap/mincoap.hpp>

#include "cbor_record.hpp"
#include "log_ring.hpp"
#include "utc.hpp"

namespace demo {

using message_log = log_ring<1024>;

// All that changes. It outlives the site, and where it is a static object the site can be a constant.
struct state {
    record current;
    message_log log;
};

using clock = unix_time (*)();

// What a handler returns is a value, rendered when the request is gone: here, a point in time.
inline mincoap::reply time_reply(unix_time now) {
    return {mincoap::code::content, mincoap::content_format::text_plain, [now](mincoap::message::writer& to) {
                const auto text = iso8601(now);
                to.payload({text.data(), text.size()});
            }};
}

inline mincoap::reply get_record(const record& current) {
    if (current.hidden) return mincoap::code::forbidden;
    return {mincoap::code::content, mincoap::content_format::cbor,
            [&current](mincoap::message::writer& to) { write_record(current, to); }};
}

// All or nothing: a payload that is no record changes nothing.
inline mincoap::reply put_record(record& current, mincoap::bytes payload) {
    const auto given = read_record(payload);
    if (!given) return mincoap::code::bad_request;
    current = *given;
    return mincoap::code::changed;
}

inline mincoap::reply post_line(message_log& log, std::string_view level, mincoap::bytes payload) {
    if (payload.empty() || !is_one_line(payload)) return mincoap::code::bad_request;
    const bool fits = log.append({level, ": ", mincoap::as_text(payload)});
    return fits ? mincoap::code::changed : mincoap::code::request_entity_too_large;
}

inline mincoap::reply get_log(const message_log& log) {
    return {mincoap::code::content, mincoap::content_format::text_plain, [&log](mincoap::message::writer& to) {
                for (const std::string_view piece : log.pieces()) to.payload(piece);
            }};
}

// The handler for a server.
constexpr auto site(state& s, clock now) {
    using namespace mincoap;
    constexpr auto plain = content_format::text_plain;
    constexpr auto cbor = content_format::cbor;

    const auto read_clock = get([now] { return time_reply(now()); });
    const auto read = get([&s] { return get_record(s.current); });
    const auto write = put([&s](const request& r) { return put_record(s.current, r.payload()); }).consumes<cbor>();
    const auto inform =
        post([&s](const request& r) { return post_line(s.log, "info", r.payload()); }).consumes<plain>();
    const auto warn = post([&s](const request& r) { return post_line(s.log, "warn", r.payload()); }).consumes<plain>();
    const auto read_log = get([&s] { return get_log(s.log); });

    return routes(at<"">(text("Hello CoAP").title("Greeting").rt("demo.greeting").ct(plain)),
                  at<"time">(read_clock.title("Clock, UTC").rt("demo.clock").if_("core.s").ct(plain)),
                  at<"cbor">(read.title("Record").rt("demo.record").if_("core.p").ct(cbor), write),
                  at<"message/info">(inform.title("Log a message").rt("demo.message")),
                  at<"message/warn">(warn.title("Log a warning").rt("demo.message")),
                  at<"log">(read_log.title("Latest messages").rt("demo.log").if_("core.s").ct(plain)), well_known_core);
}

}  // namespace demo
