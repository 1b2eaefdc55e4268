# mincoap_add_bearssl(<target>): the functions of BearSSL that mincoap::bearssl uses, as a static library for the CPU of
# the toolchain file. Link it beside mincoap::bearssl. scripts/setup-bearssl fetches the source.
cmake_path(SET source_dir NORMALIZE "${CMAKE_CURRENT_LIST_DIR}/../build/tools/bearssl")
set(MINCOAP_BEARSSL_DIR "${source_dir}" CACHE PATH "BearSSL's source, the folder above its src/")

function(mincoap_add_bearssl target)
    set(src "${MINCOAP_BEARSSL_DIR}/src")
    file(GLOB sources "${src}/aead/ccm.c" "${src}/codec/*c[0-9]*.c" "${src}/codec/ccopy.c"
        "${src}/ec/ec_*256_m*.c" "${src}/ec/ec_c25519_m*.c" "${src}/ec/ec_prime_i15.c" "${src}/ec/ec_secp*r1.c"
        "${src}/int/i15_*.c" "${src}/hash/sha2small.c" "${src}/mac/hmac.c"
        "${src}/symcipher/aes_c*.c" "${src}/symcipher/aes_small*.c")
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} SYSTEM PUBLIC "${MINCOAP_BEARSSL_DIR}/inc")
    target_include_directories(${target} PRIVATE "${src}")
    target_compile_options(${target} PRIVATE -w)  # not this project's code
endfunction()
