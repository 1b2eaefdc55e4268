// An LED for clients that agree on keys with the server first (EDHOC, RFC 9528). scripts/edhoc-keys
// makes server.keys and client.keys. edhoc-client is in scripts, too.
//
//     $ coap-client-notls -m get coap://127.0.0.1/led
//     4.01
//     $ edhoc-client client.keys put coap://127.0.0.1/led 1
//     $ edhoc-client client.keys get coap://127.0.0.1/led
//     1
#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/bearssl/ecdh.hpp>
#include <mincoap/layer/edhoc.hpp>
#include <mincoap/resource/edhoc_responder.hpp>

#include "edhoc_keys.hpp"
#include "serve.hpp"

namespace coap = mincoap;
namespace edhoc = coap::security::edhoc;
using cipher = coap::bearssl::crypto;
using suites = edhoc::p256_suites<cipher, coap::bearssl::p256<coap::posix::random_bytes>>;

static bool led = false;
static std::uint32_t count = 0;

static coap::reply add_one() {
    ++count;
    return {coap::code::changed, coap::content_format::text_plain, coap::text_of(count)};
}

int main(int argc, char** argv) {
    const auto keys = example::edhoc_keys<suites>::load(argc > 2 ? argv[2] : "server.keys");
    if (!keys) return std::puts(keys.error().c_str()), 1;
    const auto own = keys->own();
    const auto clients = keys->clients();

    static edhoc::sessions<suites, 2> half_open;  // for 247 s at most
    static edhoc::contexts<4> peers;
    const edhoc::responder responder{own, clients, half_open, peers};
    const auto site = coap::routes(coap::at<"led">(coap::protected_only(coap::value(led))).observable().osc(),
                                   coap::at<"count">(coap::protected_only(coap::post(add_one))).osc(),
                                   coap::edhoc_responder(responder), coap::well_known_core);

    static coap::deduplicate<16, 80> answers;
    static coap::observers<4> observing;
    return example::serve(site, argc, argv, example::guard(), answers, coap::edhoc{responder},
                          coap::oscore{peers, cipher{}}, observing);
}
