// An LED for clients that have a key (OSCORE, RFC 8613). server.keys is a file in libcoap's format, and
// client.keys is the same with both IDs exchanged.
//
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
//     $ coap-client-notls -m put -e 1 coap://127.0.0.1/led
//     4.01
//     $ coap-client-openssl -E client.keys,client.number -m put -e 1 coap://127.0.0.1/led
//     $ coap-client-openssl -E client.keys,client.number -m get coap://127.0.0.1/led
//     1
#include <optional>

#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/posix/sequence_numbers.hpp>

#include "oscore_keys.hpp"
#include "serve.hpp"

namespace coap = mincoap;
using cipher = coap::bearssl::crypto;

static bool led = false;
static coap::byte_store<8192> notes;
static std::uint32_t count = 0;

static coap::reply add_one() {
    ++count;
    return {coap::code::changed, coap::content_format::text_plain, coap::text_of(count)};
}

static std::optional<coap::ticket> waiting;
static std::uint32_t started_ms = 0;
static coap::reply measure(const coap::request& r) {
    return coap::later([now_ms = r.now_ms](coap::ticket t) { waiting = t, started_ms = now_ms; });
}

constexpr auto site = coap::routes(
    coap::at<"hello">(coap::text("Hello")),  // for everybody
    coap::at<"led">(coap::protected_only(coap::value(led))).observable().osc(),
    coap::at<"count">(coap::protected_only(coap::post(add_one))).osc(),
    coap::at<"notes">(coap::protected_only(coap::get_blocks(notes)), coap::protected_only(coap::put_blocks(notes)))
        .osc(),
    coap::at<"measure">(coap::protected_only(coap::get(measure))).osc(), coap::well_known_core);

static int complain(const std::string& why) { return std::puts(why.c_str()), 1; }

int main(int argc, char** argv) {
    const auto keys = example::oscore_keys::load(argc > 2 ? argv[2] : "server.keys");
    static auto numbers = coap::posix::sequence_numbers::open(".");  // a restart goes on behind those that were used
    if (!keys || !numbers) return complain(keys ? numbers.error().message() : keys.error());
    const auto first = numbers->first(keys->identity());
    if (!first) return complain(first.error().message());
    static coap::security::oscore::kept_contexts<1> peers;
    peers.restore<cipher>(keys->identity(), *first);
    static coap::deduplicate<8, 64> answers;
    static coap::observers<4> observing;
    static coap::separate<1>::with_oscore requests;
    auto socket = example::open(argc, argv);
    coap::server server{socket,    site,    example::guard(), answers, coap::oscore{peers, cipher{}, *numbers},
                        observing, requests};
    server.start_message_ids_at(static_cast<std::uint16_t>(coap::posix::random_key()[0]));
    const auto convert = [&server](std::uint32_t now_ms) {
        if (waiting && now_ms - started_ms >= 500) server.complete(*waiting, coap::content("42")), waiting.reset();
        return waiting ? 50 : coap::forever_ms;
    };
    return coap::posix::run(server, socket, coap::posix::stop_source{}, convert) ? 1 : 0;
}
