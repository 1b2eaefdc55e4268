#include <gtest/gtest.h>

#include <mincoap/conformance/crypto_conformance.hpp>
#include <mincoap/psa/crypto.hpp>

namespace mincoap::conformance {

INSTANTIATE_TYPED_TEST_SUITE_P(psa, crypto_conformance, psa::crypto);

}  // namespace mincoap::conformance
