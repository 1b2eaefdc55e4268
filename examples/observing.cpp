// Memory: a resource that clients observe, a slow one, and a counter that counts each request once.
//
//     $ coap-client-notls -m get coap://127.0.0.1/temperature
//     20
//     $ coap-client-notls -m get coap://127.0.0.1/measure
//     42
//     $ coap-client-notls -m post coap://127.0.0.1/count
//     1
#include <optional>

#include "serve.hpp"

namespace coap = mincoap;

static std::int16_t temperature = 20;
static std::uint32_t count = 0;

static coap::reply add_one() {
    ++count;
    return {coap::code::changed, coap::content_format::text_plain, coap::text_of(count)};
}

// The converter needs half a second. Its client gets an Empty Acknowledgement meanwhile.
static std::optional<coap::ticket> waiting;
static std::uint32_t started_ms = 0;
static coap::reply measure(const coap::request& r) {
    return coap::later([now_ms = r.now_ms](coap::ticket t) { waiting = t, started_ms = now_ms; });
}

constexpr auto site = coap::routes(coap::at<"temperature">(coap::value(temperature)).observable(),
                                   coap::at<"measure">(coap::get(measure)), coap::at<"count">(coap::post(add_one)),
                                   coap::well_known_core);

int main(int argc, char** argv) {
    static coap::deduplicate<8> answers;
    static coap::observers<4> observing;
    static coap::separate<1> requests;  // another client gets 5.03 meanwhile
    auto socket = example::open(argc, argv);
    coap::server server{socket, site, example::guard(), answers, observing, requests};
    server.start_message_ids_at(static_cast<std::uint16_t>(coap::posix::random_key()[0]));
    const auto convert = [&server](std::uint32_t now_ms) {
        if (waiting && now_ms - started_ms >= 500) server.complete(*waiting, coap::content("42")), waiting.reset();
        return waiting ? 50 : coap::forever_ms;  // milliseconds until the next call
    };
    return coap::posix::run(server, socket, coap::posix::stop_source{}, convert) ? 1 : 0;
}
