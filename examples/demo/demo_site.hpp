// The demo's resources, for any device: no operating system, no heap, and a clock that is passed in.
//
//     /               GET        a greeting
//     /time           GET        the clock, UTC; observable, once a second
//     /count          GET, POST  a number; POST adds one and returns it; observable
//     /slow           GET        an answer that takes 1.5 s
//     /cbor           GET, PUT   a record in CBOR; 4.03 while it is hidden
//     /message/info   POST       a line of text for the log
//     /message/warn   POST       the same as a warning
//     /log            GET        the latest lines, about 1 KiB of them
//     /poem           GET        a text that takes several blocks
//     /upload         GET, PUT   up to 128 KiB of anything, block by block
#pragma once

#include <mincoap/mincoap.hpp>

#include "cbor_record.hpp"
#include "log_ring.hpp"
#include "poem.hpp"
#include "slow.hpp"
#include "utc.hpp"
#include "utf8.hpp"

namespace demo {

using message_log = log_ring<1024>;
using upload_store = mincoap::byte_store<128 * 1024>;
using slow_answers = slow<16>;

// All state of the demo. It must outlive the site. If it is a static object, the site can be a constant.
// `Waiting` has an `answer_later` as `slow_answers` has.
template <typename Waiting = slow_answers>
struct state {
    entry current;
    message_log log;
    upload_store upload;
    std::uint32_t count = 0;
    Waiting waiting;
};

using clock = unix_time (*)();

// A handler returns a value, here a point in time. The server renders it after the request is gone.
inline mincoap::reply time_reply(unix_time now) {
    return {mincoap::code::content, mincoap::content_format::text_plain, [now](mincoap::message::writer& to) {
                const auto text = iso8601(now);
                to.payload({text.data(), text.size()});
            }};
}

inline mincoap::reply add_one(std::uint32_t& count) {
    ++count;
    return {mincoap::code::changed, mincoap::content_format::text_plain, mincoap::text_of(count)};
}

inline mincoap::reply post_line(message_log& log, std::string_view level, mincoap::bytes payload) {
    if (payload.empty() || !is_one_line(payload)) return mincoap::code::bad_request;
    const bool fits = log.append({level, ": ", mincoap::as_text(payload)});
    return fits ? mincoap::code::changed : mincoap::code::request_entity_too_large;
}

inline void write_log(const message_log& log, mincoap::body_writer& to) {
    for (const std::string_view piece : log.pieces()) to.put(piece);
}

constexpr auto read_record(const entry& current) {
    return mincoap::get([&current](const mincoap::request& r) { return show(current, r); })
        .accepts_option<mincoap::option::block2>();
}

constexpr auto add_line(message_log& log, const char* level) {
    return mincoap::post([&log, level](const mincoap::request& r) { return post_line(log, level, r.payload()); })
        .consumes<mincoap::content_format::text_plain>();
}

// Returns the handler for a server: the demo's resources, and others that a machine may have. The
// server names the layers `deduplicate`, `observers` and `separate<slow_answers::capacity>`, and the
// main loop completes the answers that are due in `s.waiting`.
template <typename Waiting>
constexpr auto site(state<Waiting>& s, clock now, const auto&... others) {
    using namespace mincoap;
    constexpr auto plain = content_format::text_plain;
    constexpr auto cbor = content_format::cbor;

    const auto read_clock = get([now] { return time_reply(now()); });
    const auto read_count = get([&s] { return content(text_of(s.count)); });
    const auto count_up = post([&s] { return add_one(s.count); });
    const auto answer_late = get([&s](const request& r) { return s.waiting.answer_later(r.now_ms); });
    const auto write = record<code::put>(s.current, entry_fields, is_harmless);
    const auto read_log = generated([&s](body_writer& to) { write_log(s.log, to); });
    const auto download = get_blocks(s.upload);
    const auto upload = put_blocks(s.upload);

    return mincoap::routes(
        at<"">(text("Hello CoAP")).title("Greeting").rt("demo.greeting").ct(plain),
        at<"time">(for_groups(read_clock)).title("Clock, UTC").rt("demo.clock").if_("core.s").ct(plain).observable(),
        at<"count">(read_count, count_up).title("Counter").rt("demo.count").ct(plain).observable(),
        at<"slow">(answer_late).title("A slow answer").rt("demo.slow").ct(plain),
        at<"cbor">(read_record(s.current), write).title("Record").rt("demo.record").if_("core.p").ct(cbor),
        at<"message/info">(add_line(s.log, "info")).title("Log a message").rt("demo.message"),
        at<"message/warn">(add_line(s.log, "warn")).title("Log a warning").rt("demo.message"),
        at<"log">(read_log).title("Latest messages").rt("demo.log").if_("core.s").ct(plain),
        at<"poem">(document(poem)).title("A poem").rt("demo.poem").ct(plain).sz(poem.size()),
        at<"upload">(download, upload).title("Anything").rt("demo.upload").ct(content_format::octet_stream), others...,
        filtered_well_known_core);
}

}  // namespace demo
