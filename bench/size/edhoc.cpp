// oscore.cpp with EDHOC: clients get their keys at /.well-known/edhoc, and may send message_3 with their first request.
// The functions of the cipher library are empty, so its size is not measured.
#include <mincoap/layer/deduplicate.hpp>
#include <mincoap/layer/echo_guard.hpp>
#include <mincoap/layer/edhoc.hpp>
#include <mincoap/layer/oscore.hpp>
#include <mincoap/resource/discovery/well_known_core.hpp>
#include <mincoap/resource/edhoc_responder.hpp>
#include <mincoap/resource/routes.hpp>
#include <mincoap/resource/text.hpp>
#include <mincoap/resource/value.hpp>
#include <mincoap/server/server.hpp>

#include "radio.hpp"

using mincoap::byte;
using mincoap::bytes;
using mincoap::mutable_bytes;

#ifdef CIPHER  // the class for a cipher library; CURVE is its P-256
#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/bearssl/ecdh.hpp>

struct board_random {
    static bool fill(mutable_bytes to) { return radio_random(to.data(), to.size()), true; }
};
using cipher = CIPHER;
using p256 = mincoap::bearssl::p256<board_random, CURVE>;
#else
// With external linkage, as those of an adapter.
struct cipher {
    [[gnu::noipa]] static void seal(const byte*, const byte*, bytes, mutable_bytes, std::size_t) {}
    [[gnu::noipa]] static bool open(const byte*, const byte*, bytes, mutable_bytes, std::size_t) { return true; }
    [[gnu::noipa]] static void hash(std::span<const bytes>, byte*) {}
    [[gnu::noipa]] static void hmac(bytes, std::span<const bytes>, byte*) {}
};
struct p256 {
    struct private_key {
        std::array<byte, 32> scalar;
    };
    [[gnu::noipa]] static bool generate(private_key&, byte*) { return true; }
    [[gnu::noipa]] static bool agree(const private_key&, const byte*, byte*) { return true; }
    [[gnu::noipa]] static void forget(private_key&) {}
};
#endif

namespace {

namespace edhoc = mincoap::security::edhoc;
using suites = edhoc::p256_suites<cipher, p256>;

// The claims set of a public key: {8: {1: {1: 2, 2: kid, -1: 1, -2: x}}}.
constexpr std::array<byte, 47> claims_set(byte kid) {
    std::array<byte, 47> ccs{0xa1, 8, 0xa1, 1, 0xa4, 1, 2, 2, 0x41, kid, 0x20, 1, 0x21, 0x58, 32};
    for (std::size_t i = 15; i < ccs.size(); ++i) ccs[i] = static_cast<byte>(i + kid);
    return ccs;
}
constexpr auto own_file = claims_set(1);
constexpr auto client_file = claims_set(2);

bool led = false;
radio socket;
mincoap::server_memory<1152> memory;
mincoap::security::key key;
mincoap::deduplicate<4, 80> repeated;
edhoc::sessions<suites, 2> half_open;
edhoc::contexts<4> peers;

constexpr edhoc::own_credential<suites> own{edhoc::read_ccs<suites>(own_file).value(), {}};
constexpr std::array clients{edhoc::read_ccs<suites>(client_file).value()};
constexpr edhoc::responder keys{own, clients, half_open, peers};

constexpr auto site = mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello CoAP")),
                                      mincoap::at<"led">(mincoap::value(led)).title("Status LED"),
                                      mincoap::edhoc_responder(keys), mincoap::well_known_core);

constinit mincoap::server server{
    socket, site, memory, mincoap::echo_guard{key}, repeated, mincoap::edhoc{keys}, mincoap::oscore{peers, cipher{}}};

}  // namespace

int main() {
    radio_random(key.data(), sizeof key);
    for (;;) server.poll(now_ms);
}
