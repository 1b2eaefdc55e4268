// The protected requests of the fuzzers of OSCORE, built from a few bytes, and the site that they ask.
#pragma once

#include "memory_program.hpp"
#include "oscore_oracle.hpp"

namespace mincoap::fuzz {

inline byte_store<128> store;

// "s" answers with so many bytes at least, so that answers fill the memory to the last byte.
inline std::size_t padding = 0;
inline reply read_padded() {
    static std::string text;
    if (state.of_s != mood::text || padding == 0) return read_moody();
    text = std::to_string(state.readings);
    text.resize(std::max(padding, text.size()), '.');
    return content(std::string_view{text});
}

// Plain requests may use "r".
inline constexpr auto protected_site = routes(
    at<"r">(value(read_level, write_level)).observable(),
    at<"c">(protected_only(get(read_count)), protected_only(post(add_one))).observable(),
    at<"b">(protected_only(generated<content_format::octet_stream>(write_body))).observable(),
    at<"w">(protected_only(conditional(tag_of_guarded, value(read_guarded, write_guarded)))).observable(),
    at<"s">(protected_only(get(read_padded))).observable(), at<"f">(protected_only(fetch(fetch_answer))).observable(),
    at<"l">(protected_only(get(answer_later)), protected_only(post(post_later))),
    at<"z">(protected_only(get_blocks(store)), protected_only(put_blocks(store))), well_known_core);

// How a request is protected, by a byte:
//     bits 0 and 1: the client; 3 is 0
//     bit 2: without the ID Context
//     bits 3 and 4: how many numbers the client leaves out
//     bits 5 and 6: the Observe option stands inside and outside, inside, outside, or there is a byte for more options
//     bit 7: the client holds it back, so that a copy comes later
struct protection {
    unsigned how;
    unsigned strange = 0;  // options outside that belong inside, or nowhere

    explicit protection(program& p) : how(p.next()), strange((how & 0x60) == 0x60 ? p.next() : 0) {}
    explicit protection(std::size_t client) : how(static_cast<unsigned>(client)) {}

    std::size_t client() const { return (how & 3) % client_count; }
    bool has_id_context() const { return (how & 4) == 0; }
    std::uint64_t left_out() const {
        constexpr std::uint64_t counts[] = {0, 3, 40, 0x10'0000'0000};
        return counts[how >> 3 & 3];
    }
    bool is_held_back() const { return (how & 0x80) != 0; }
    bool observes_inside() const { return (how & 0x60) != 0x40; }
    bool observes_outside() const { return (how & 0x60) != 0x20; }
};

// Writes options in the order of their numbers.
class option_list {
public:
    void put(option number, bytes value) {
        options_ = options_ + test::encoded_option(number_of(number) - last_, value);
        last_ = number_of(number);
    }
    void put(option number, std::string_view value) { put(number, bytes{test::text_packet(value)}); }
    const test::packet& written() const { return options_; }

private:
    unsigned last_ = 0;
    test::packet options_;
};

// The plaintext of a request: its code, its options, and its payload.
inline test::packet plaintext_of(const message::view& request, bool with_observe) {
    test::packet inner;
    inner.append(static_cast<byte>(request.code()));
    option_list options;
    for (const message::option_view o : request.options())
        if (with_observe || o.number != option::observe) options.put(o.number, o.value);
    inner = inner + options.written();
    return request.payload().empty() ? inner : inner + "ff" + test::packet{request.payload()};
}

// A message with that value of the OSCORE option. Its payload is the plaintext, with room for the tag.
inline datagram unsealed(const datagram& request, const protection& how, bytes value, const test::packet& plaintext) {
    const auto read = request.view();
    const auto observe = how.observes_outside() ? read->options().find(option::observe) : std::nullopt;
    const auto is_there = [&how](unsigned bit) { return (how.strange >> bit & 1) != 0; };
    option_list outer;
    if (is_there(0)) outer.put(option::if_match, bytes{});
    if (is_there(1)) outer.put(option::uri_host, "h");
    if (is_there(2)) outer.put(option::etag, "e");
    if (observe) outer.put(option::observe, observe->value);
    outer.put(option::oscore, value);
    if (is_there(3)) outer.put(option::uri_path, "r");
    if (is_there(4)) outer.put(option::accept, "q");
    if (is_there(5)) outer.put(option::block2, bytes{});
    if (is_there(6)) outer.put(option::proxy_scheme, "coap");
    if (is_there(7)) outer.put(static_cast<option>(0xfff1), "critical");
    datagram made = request;
    made.data.resize(message::header_size + read->token().size());
    made.data[1] = static_cast<byte>(observe ? code::fetch : code::post);
    const test::packet rest = outer.written() + "ff" + plaintext + test::filler(security::tag_size, 0);
    made.data.insert(made.data.end(), rest.view().begin(), rest.view().end());
    return made;
}

}  // namespace mincoap::fuzz
