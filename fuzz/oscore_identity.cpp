// The fuzzer of OSCORE with a cipher that leaves the plaintext as it is: libFuzzer reads and changes the messages
// inside. See oscore_run.hpp.
#include "oscore_run.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return mincoap::fuzz::run_oscore<mincoap::fuzz::identity_cipher>({data, size});
}
