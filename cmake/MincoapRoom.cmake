# mincoap_room(<name> HEADERS <stem>... [ROOT_HEADERS <stem>...] [LINKS <room>...])
#
# The header-only target mincoap_<name>, alias mincoap::<name>, of include/mincoap/<name>/<stem>.hpp. ROOT_HEADERS are
# include/mincoap/<stem>.hpp.
function(mincoap_room name)
    cmake_parse_arguments(PARSE_ARGV 1 room "" "" "HEADERS;ROOT_HEADERS;LINKS")
    set(target mincoap_${name})
    add_library(${target} INTERFACE)
    add_library(mincoap::${name} ALIAS ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    target_compile_features(${target} INTERFACE cxx_std_23)

    list(TRANSFORM room_HEADERS PREPEND "include/mincoap/${name}/")
    list(TRANSFORM room_ROOT_HEADERS PREPEND "include/mincoap/")
    set(headers ${room_HEADERS} ${room_ROOT_HEADERS})
    list(TRANSFORM headers APPEND ".hpp")
    mincoap_headers(${target} ${headers})

    list(TRANSFORM room_LINKS PREPEND "mincoap_")
    target_link_libraries(${target} INTERFACE ${room_LINKS})

    set_property(GLOBAL APPEND PROPERTY MINCOAP_LIBRARIES ${target})
endfunction()

# mincoap_headers(<target> <header>...): the headers of an interface target. CMake itself does not look for them until
# it installs them.
function(mincoap_headers target)
    foreach(header IN LISTS ARGN)
        if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${header}")
            message(FATAL_ERROR "CMakeLists.txt lists ${header}, which does not exist")
        endif()
    endforeach()
    target_sources(${target} INTERFACE FILE_SET HEADERS BASE_DIRS include FILES ${ARGN})
endfunction()
