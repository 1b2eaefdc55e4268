// A client with a security context (RFC 8613): protects requests, and reads the answers.
#pragma once

#include "exchange.hpp"
#include "oscore_peer.hpp"
#include "recording_crypto.hpp"

namespace mincoap::test {

using oscore_client = basic_oscore_client<recording_crypto, reference_crypto>;

}  // namespace mincoap::test
