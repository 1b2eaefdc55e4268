# mincoap_add_lwip(<target> <include directory>...)
#
# lwIP over Ethernet or SLIP as a static library, configured by the lwipopts.h and arch/cc.h of these directories. All
# sources are compiled; those that the configuration leaves out are empty. scripts/setup-lwip fetches the source.
set(MINCOAP_LWIP_DIR "${PROJECT_SOURCE_DIR}/build/tools/lwip" CACHE PATH "lwIP's source, the folder above its src/")

function(mincoap_add_lwip target)
    set(src "${MINCOAP_LWIP_DIR}/src")
    file(GLOB sources "${src}/core/*.c" "${src}/core/ipv4/*.c" "${src}/core/ipv6/*.c")
    add_library(${target} STATIC ${sources} "${src}/netif/ethernet.c" "${src}/netif/slipif.c" "${src}/api/tcpip.c")
    target_include_directories(${target} SYSTEM PUBLIC "${src}/include" ${ARGN})
    target_compile_options(${target} PRIVATE -w)  # not this project's code
endfunction()
