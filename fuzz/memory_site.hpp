// The site of fuzz/memory.cpp: resources of each kind that the layers with memory treat differently, and their state.
#pragma once

#include <string>
#include <vector>

#include <mincoap/mincoap.hpp>

namespace mincoap::fuzz {

// The resource "s" changes its answer.
enum class mood : byte { text, other_format, gone, failing };

// All that the handlers read and write.
struct world {
    std::uint32_t level = 1;     // "r": plain
    std::uint32_t count = 1;     // "c": POST adds one
    std::uint32_t body = 1;      // "b": a body in blocks
    std::uint32_t guarded = 1;   // "w": PUT may be conditional
    std::uint32_t readings = 1;  // "s"
    std::uint32_t answers = 1;   // "f": FETCH
    mood of_s = mood::text;
    unsigned carried_out = 0;     // requests that changed something
    std::vector<ticket> started;  // by requests for "l", which answers later
};
inline world state;

inline constexpr std::size_t body_size = 100;
inline constexpr byte body_byte(std::uint32_t version, std::size_t at) {
    return static_cast<byte>('a' + (version + at) % 26);
}

inline std::uint32_t read_level() { return state.level; }
inline code write_level(std::uint32_t n) { return ++state.carried_out, state.level = n, code::changed; }
inline std::uint32_t read_guarded() { return state.guarded; }
inline code write_guarded(std::uint32_t n) { return ++state.carried_out, state.guarded = n, code::changed; }
inline etag tag_of_guarded() { return etag::of_version(state.guarded); }
inline reply read_count() { return content(text_of(state.count)); }
inline reply add_one() {
    ++state.carried_out;
    return {code::changed, content_format::text_plain, text_of(++state.count)};
}
inline void write_body(body_writer& to) {
    for (std::size_t i = 0; i < body_size; ++i) to.put(body_byte(state.body, i));
}
inline reply read_moody() {
    if (state.of_s == mood::gone) return code::not_found;
    if (state.of_s == mood::failing) return code::internal_server_error;
    if (state.of_s == mood::other_format) return content<content_format::json>(text_of(state.readings));
    return content(text_of(state.readings));
}
inline reply fetch_answer(const request& r) { return content(text_of(state.answers * 10 + r.payload().size() % 10)); }
inline reply answer_later() {
    return later([](ticket t) { state.started.push_back(t); });
}
inline reply post_later() {
    return later([](ticket t) { ++state.carried_out, state.started.push_back(t); });
}

inline constexpr auto site =
    routes(at<"r">(value(read_level, write_level)).observable(), at<"c">(get(read_count), post(add_one)).observable(),
           at<"b">(generated<content_format::octet_stream>(write_body)).observable(),
           at<"w">(conditional(tag_of_guarded, value(read_guarded, write_guarded))).observable(),
           at<"s">(get(read_moody)).observable(), at<"f">(fetch(fetch_answer)).observable(),
           at<"l">(get(answer_later), post(post_later)), well_known_core);

inline constexpr std::string_view paths = "rcbwsfl";
inline bool is_observable(char path) { return path != 'l' && paths.find(path) != paths.npos; }

// Changes the resource without a request. The caller tells the server.
inline void change(char path) {
    if (path == 'r') ++state.level;
    if (path == 'c') ++state.count;
    if (path == 'b') ++state.body;
    if (path == 'w') ++state.guarded;
    if (path == 's') ++state.readings;
    if (path == 'f') ++state.answers;
}

// True if a response with that code and payload shows the present state of the resource.
inline bool shows(char path, unsigned response_code, std::string_view payload, std::size_t asked) {
    if (response_code == 0x43) return path == 'b' || path == 'w';  // 2.03: the client has it
    if (path == 's' && state.of_s >= mood::gone) return response_code == (state.of_s == mood::gone ? 0x84 : 0xa0);
    if (response_code != 0x45) return false;
    if (path == 'b') {
        for (std::size_t i = 0; i < payload.size(); ++i)
            if (static_cast<byte>(payload[i]) != body_byte(state.body, i)) return false;
        return payload.size() >= 16;
    }
    const std::uint32_t number = path == 'r'   ? state.level
                                 : path == 'c' ? state.count
                                 : path == 'w' ? state.guarded
                                 : path == 's' ? state.readings
                                               : state.answers * 10 + static_cast<std::uint32_t>(asked % 10);
    return payload == std::to_string(number);
}

}  // namespace mincoap::fuzz
