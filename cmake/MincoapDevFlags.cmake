# What mincoap's own objects are compiled with; never part of what a consumer links.
# Warnings become errors by CMAKE_COMPILE_WARNING_AS_ERROR, which the presets set: a newer compiler at a user's is no
# reason to fail.
add_library(mincoap_dev_flags INTERFACE)
target_compile_options(mincoap_dev_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)

# Links the dev flags, privately and only where mincoap is the project being worked on.
function(mincoap_use_dev_flags target)
    if(PROJECT_IS_TOP_LEVEL)
        target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:mincoap_dev_flags>)
    endif()
endfunction()
