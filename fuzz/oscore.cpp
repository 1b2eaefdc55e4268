// The fuzzer of OSCORE with AES-CCM and HKDF, and with keys that the clients know. See oscore_run.hpp.
#include <mincoap/bearssl/crypto.hpp>

#include "oscore_run.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return mincoap::fuzz::run_oscore<mincoap::bearssl::crypto>({data, size});
}
