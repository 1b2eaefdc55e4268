# The warnings that mincoap's own objects are compiled with. A target of a user never gets them.
# The presets turn warnings into errors by CMAKE_COMPILE_WARNING_AS_ERROR. A user's build does not fail because a newer
# compiler warns.
add_library(mincoap_dev_flags INTERFACE)
target_compile_options(mincoap_dev_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)

# Links the dev flags, privately and only where mincoap is the project being worked on.
function(mincoap_use_dev_flags target)
    if(PROJECT_IS_TOP_LEVEL)
        target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:mincoap_dev_flags>)
    endif()
endfunction()
