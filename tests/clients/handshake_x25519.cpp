// The example that agrees on keys, with X25519 in place of P-256.
#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/bearssl/ecdh.hpp>
#include <mincoap/layer/edhoc.hpp>
#include <mincoap/resource/edhoc_responder.hpp>

#include "../../examples/edhoc_keys.hpp"
#include "../../examples/serve.hpp"

#define p256_suites x25519_suites
#define p256 x25519
#include "../../examples/handshake.cpp"
