# mincoap_crypto_adapter(<name> <package> <Debian package> HEADERS <stem>...): the target mincoap::<name> of
# include/mincoap/<name>/<stem>.hpp. It has headers only, and links the target <package>::<package>.
#
# Without an operating system, a target that links mincoap::<name> links its own build of the cipher library as well, or
# gives its include directories. With one, mincoap::<name> is there only if the cipher library is.
function(mincoap_crypto_adapter name package debian)
    cmake_parse_arguments(PARSE_ARGV 3 adapter "" "" HEADERS)
    if(MINCOAP_HOSTED)
        set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
        find_package(${package} QUIET)
        if(NOT TARGET ${package}::${package})
            message(STATUS "mincoap::${name} is left out: ${package} was not found. On Debian, apt install ${debian}")
            return()
        endif()
        set(link ${package}::${package})
    endif()
    set(target mincoap_${name})
    add_library(${target} INTERFACE)
    add_library(mincoap::${name} ALIAS ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERIFY_INTERFACE_HEADER_SETS ${MINCOAP_HOSTED})
    list(TRANSFORM adapter_HEADERS REPLACE "(.+)" "include/mincoap/${name}/\\1.hpp")
    target_sources(${target} INTERFACE FILE_SET HEADERS BASE_DIRS include FILES ${adapter_HEADERS})
    target_link_libraries(${target} INTERFACE mincoap_security ${link})
    set_property(GLOBAL APPEND PROPERTY MINCOAP_LIBRARIES ${target})
endfunction()
