# Finds the PSA Cryptography API of mbedTLS, 2.28 or later: the target PSACrypto::PSACrypto. Debian's package is
# libmbedtls-dev, which has no CMake package before 3.x.
find_package(MbedTLS CONFIG QUIET)
include(FindPackageHandleStandardArgs)
if(TARGET MbedTLS::mbedcrypto)
    find_package_handle_standard_args(PSACrypto REQUIRED_VARS MbedTLS_DIR)
    if(NOT TARGET PSACrypto::PSACrypto)
        add_library(PSACrypto::PSACrypto INTERFACE IMPORTED)
        set_target_properties(PSACrypto::PSACrypto PROPERTIES INTERFACE_LINK_LIBRARIES MbedTLS::mbedcrypto)
    endif()
    return()
endif()

find_path(PSACrypto_INCLUDE_DIR psa/crypto.h)
find_library(PSACrypto_LIBRARY mbedcrypto)
mark_as_advanced(PSACrypto_INCLUDE_DIR PSACrypto_LIBRARY)
find_package_handle_standard_args(PSACrypto REQUIRED_VARS PSACrypto_LIBRARY PSACrypto_INCLUDE_DIR)
if(PSACrypto_FOUND AND NOT TARGET PSACrypto::PSACrypto)
    add_library(PSACrypto::PSACrypto UNKNOWN IMPORTED)
    set_target_properties(PSACrypto::PSACrypto PROPERTIES
        IMPORTED_LOCATION "${PSACrypto_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${PSACrypto_INCLUDE_DIR}")
endif()
