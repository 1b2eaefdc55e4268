// A responder, for mistakes beside it.
#pragma once

#include <mincoap/mincoap.hpp>

namespace {

namespace edhoc = mincoap::security::edhoc;

struct cipher : mincoap::security::crypto_archetype {};
struct curve : mincoap::security::key_agreement_archetype {};
using suites = edhoc::p256_suites<cipher, curve>;

constexpr std::array<mincoap::byte, 47> file{0xa1, 8, 0xa1, 1, 0xa4, 1, 2, 2, 0x41, 7, 0x20, 1, 0x21, 0x58, 32};
constexpr edhoc::own_credential<suites> own{edhoc::read_ccs<suites>(file).value(), {}};
constexpr std::array clients{edhoc::read_ccs<suites>(file).value()};

edhoc::sessions<suites, 2> half_open;
edhoc::contexts<2> peers;
constexpr edhoc::responder keys{own, clients, half_open, peers};
constexpr auto site = mincoap::routes(mincoap::edhoc_responder(keys));

mincoap::net::loopback<> socket;
mincoap::security::key key{1, 2, 3, 4};
mincoap::deduplicate<4, 80> repeated;

}  // namespace
