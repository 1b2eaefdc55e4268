// The LED of protected.cpp. Its client gets the keys by EDHOC (RFC 9528).
#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/bearssl/ecdh.hpp>
#include <mincoap/layer/edhoc.hpp>

#include "key_pair.hpp"
#include "run.hpp"
#include "stack.hpp"

namespace {

using namespace mincoap;
using cipher = bearssl::FIRMWARE_CIPHER;
using suites = security::edhoc::p256_suites<cipher, bearssl::p256<firmware::random_numbers<cipher>>>;

constinit firmware::claims_set own_claims, peer_claims;
constinit security::edhoc::own_credential<suites> own{};
constinit security::edhoc::credential clients[1]{};
constinit security::edhoc::sessions<suites, 2>::with_separate half_open;
constinit security::edhoc::contexts<2> peers;

constinit deduplicate<4, 80> repeated;
constinit observers<4> observing;
constinit separate<1>::with_oscore waiting;

// Reads the keys of the flash. Returns false if there are none.
bool load_key_pair() {
    const auto number = firmware::number_of_start();
    if (!number) return false;
    const auto known = firmware::read_keys<firmware::key_pair>();
    firmware::stir<cipher>(firmware::key, known.private_key, *number);
    firmware::random_numbers<cipher>::start(known.private_key, *number);
    own_claims.write(firmware::own_kid, known.x);
    peer_claims.write(firmware::peer_kid, known.peer_x);
    own = {{own_claims.credential()}, {known.private_key}};
    clients[0] = peer_claims.credential();
    return true;
}

// Makes message_2, if a client waits for it. The server has acknowledged message_1, so the client
// waits, however slow the processor is.
[[gnu::noinline]] void continue_handshake(const auto& responder, auto& server) {
    continue_edhoc(responder, server, board::now_ms());
    asm volatile("");  // so that the function ends by a return, where the count of its instructions ends
}

}  // namespace

void firmware::main() {
    start();
    auto guard = make_guard();
    provision_key_pair();
    if (!load_key_pair()) board::print("no keys: no client can connect\n");
    static const security::edhoc::responder responder{own, clients, half_open, peers};
    static const auto site =
        routes(at<"hello">(text("Hello CoAP")),  // for everybody
               at<"led">(protected_only(value(board::led, board::set_led))).title("Status LED").observable().osc(),
               at<"stack">(value(stack_high_water)).title("Stack high-water, bytes"), edhoc_responder(responder),
               well_known_core);
    static mincoap::server server{
        *socket, site, memory, guard, repeated, mincoap::edhoc{responder}, oscore{peers, cipher{}}, observing, waiting};
    run(server, [&] { continue_handshake(responder, server); });
}
