// The client's side of EDHOC for tests (RFC 9528, method 3).
#pragma once

#include "edhoc_peer.hpp"
#include "recording_crypto.hpp"

namespace mincoap::test {

using edhoc_initiator = basic_edhoc_initiator<reference_crypto>;

}  // namespace mincoap::test
