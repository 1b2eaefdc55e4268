# Finds BearSSL, which has no CMake package: the target BearSSL::BearSSL. Debian's package is libbearssl-dev.
find_path(BearSSL_INCLUDE_DIR bearssl.h)
find_library(BearSSL_LIBRARY bearssl)
mark_as_advanced(BearSSL_INCLUDE_DIR BearSSL_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(BearSSL REQUIRED_VARS BearSSL_LIBRARY BearSSL_INCLUDE_DIR)
if(BearSSL_FOUND AND NOT TARGET BearSSL::BearSSL)
    add_library(BearSSL::BearSSL UNKNOWN IMPORTED)
    set_target_properties(BearSSL::BearSSL PROPERTIES
        IMPORTED_LOCATION "${BearSSL_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${BearSSL_INCLUDE_DIR}")
endif()
