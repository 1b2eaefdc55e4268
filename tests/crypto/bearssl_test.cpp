#include <gtest/gtest.h>

#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/conformance/crypto_conformance.hpp>
#include <mincoap/testing/device.hpp>  // so that `testing` is ambiguous to a suite that does not say whose

namespace mincoap::conformance {

using bearssl_classes = ::testing::Types<bearssl::crypto, bearssl::small_crypto>;
INSTANTIATE_TYPED_TEST_SUITE_P(bearssl, crypto_conformance, bearssl_classes);

}  // namespace mincoap::conformance
