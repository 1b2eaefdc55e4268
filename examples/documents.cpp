// A body that does not fit a datagram is sent in blocks (RFC 7959). The server keeps no state
// between them.
//
//     $ coap-client-notls -m get -b 64 coap://127.0.0.1/manual
//     Turn it on. If the light is red, wait. If the light is green, go. If there is no light, turn it on again.
//     $ coap-client-notls -m get -b 32 coap://127.0.0.1/squares
//     1 4 9 16 25 36 49 64 81 100 121 144 169 196 225 256 289 324 361 400
//     $ coap-client-notls -m get -b 16 coap://127.0.0.1/history
//     ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ
#include <string>

#include "serve.hpp"

namespace coap = mincoap;

// A body that a function writes. The function is called once per block. The server sends the part of
// its output within the block, and the ETag is a hash of the whole.
static void write_squares(coap::body_writer& to) {
    for (int i = 1; i <= 20; ++i) to.put(std::string_view{std::to_string(i * i) + (i < 20 ? " " : "")});
}

// A body that can be read by offset: a flash chip, or these computed letters.
struct letters {
    static coap::body_info measure() { return {.size = 52, .tag = coap::etag{"version 1"}}; }
    static bool read(std::uint32_t offset, coap::mutable_bytes to) {
        for (coap::byte& letter : to) letter = static_cast<coap::byte>('A' + offset++ % 26);
        return true;
    }
};
constexpr letters history;

constexpr auto site = coap::routes(
    coap::at<"manual">(coap::document("Turn it on. If the light is red, wait. If the light is green, go. "
                                      "If there is no light, turn it on again."))
        .title("How to use it"),
    coap::at<"squares">(coap::generated(write_squares)),
    coap::at<"history">(coap::get_blocks<coap::content_format::text_plain>(history)), coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
