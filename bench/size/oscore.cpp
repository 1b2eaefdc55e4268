// dedup.cpp with OSCORE. The functions of the cipher library are empty, so its size is not measured.
#include <mincoap/layer/deduplicate.hpp>
#include <mincoap/layer/echo_guard.hpp>
#include <mincoap/layer/oscore.hpp>
#include <mincoap/resource/discovery/well_known_core.hpp>
#include <mincoap/resource/routes.hpp>
#include <mincoap/resource/text.hpp>
#include <mincoap/resource/value.hpp>
#include <mincoap/server/server.hpp>

#include "radio.hpp"

using mincoap::byte;
using mincoap::bytes;
using mincoap::mutable_bytes;

// With external linkage, as that of an adapter.
struct cipher {
    [[gnu::noipa]] static void seal(const byte*, const byte*, bytes, mutable_bytes, std::size_t) {}
    [[gnu::noipa]] static bool open(const byte*, const byte*, bytes, mutable_bytes, std::size_t) { return true; }
    [[gnu::noipa]] static void hash(std::span<const bytes>, byte*) {}
    [[gnu::noipa]] static void hmac(bytes, std::span<const bytes>, byte*) {}
};

namespace {

namespace oscore = mincoap::security::oscore;

bool led = false;

constexpr auto site =
    mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello CoAP")),
                    mincoap::at<"led">(mincoap::value(led)).title("Status LED"), mincoap::well_known_core);

constexpr std::array<byte, 16> secret{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr std::array<byte, 1> server_id{1};
constexpr std::array<byte, 1> client_id{2};
constexpr oscore::identity client{
    .master_secret = secret, .master_salt = {}, .sender_id = server_id, .recipient_id = client_id, .id_context = {}};

radio socket;
mincoap::server_memory<1152> memory;
mincoap::security::key key;
mincoap::deduplicate<4, 32> repeated;
oscore::contexts<4> peers;
constinit mincoap::server server{
    socket, site, memory, mincoap::echo_guard{key}, repeated, mincoap::oscore{peers, cipher{}}};

}  // namespace

int main() {
    radio_random(key.data(), sizeof key);
    peers.add<cipher>(client);
    for (;;) server.poll(now_ms);
}
