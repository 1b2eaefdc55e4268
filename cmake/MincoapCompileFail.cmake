# Most mistakes begin with <mincoap/mincoap.hpp>. Precompiled, it halves the time that a mistake takes. Both functions
# have the folder of the precompiled header as the first one to look in.
set(mincoap_precompiled "${CMAKE_CURRENT_BINARY_DIR}/precompiled")
set(mincoap_compile_alone "${CMAKE_CXX_COMPILER};${CMAKE_CXX23_STANDARD_COMPILE_OPTION}")
file(CONFIGURE OUTPUT "${mincoap_precompiled}/mincoap/mincoap.hpp"
    CONTENT "#include \"@PROJECT_SOURCE_DIR@/include/mincoap/mincoap.hpp\"\n" @ONLY)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(header mincoap/mincoap.hpp)
    add_custom_command(OUTPUT "${mincoap_precompiled}/${header}.gch"
        COMMAND ${mincoap_compile_alone} "-I${PROJECT_SOURCE_DIR}/include" -MMD -MF "${mincoap_precompiled}/depends"
            -x c++-header "${mincoap_precompiled}/${header}" -o "${mincoap_precompiled}/${header}.gch"
        DEPFILE "${mincoap_precompiled}/depends" VERBATIM)
    add_custom_target(mincoap-precompiled ALL DEPENDS "${mincoap_precompiled}/${header}.gch")
endif()

# mincoap_add_compile_fail(<name> <file> <regex> [<include directory>...]): the test compile_fail.<name> passes if
# <file> does not compile and the compiler's output matches <regex>. Choose a <regex> that matches the text for the
# user, such as that of a static_assert.
function(mincoap_add_compile_fail name file regex)
    cmake_path(ABSOLUTE_PATH file)
    list(TRANSFORM ARGN PREPEND "-I" OUTPUT_VARIABLE others)
    set(includes "-I${mincoap_precompiled};-I${PROJECT_SOURCE_DIR}/include" ${others})
    add_test(NAME compile_fail.${name}
        COMMAND ${CMAKE_COMMAND} "-Dcompile=${mincoap_compile_alone};${includes}"
            "-Dfile=${file}" "-Dregex=${regex}" -P "${PROJECT_SOURCE_DIR}/cmake/compile_fail.cmake")
    set_tests_properties(compile_fail.${name} PROPERTIES LABELS compile_fail)
endfunction()

# mincoap_add_mistake(<name> <regex> [option...]): the same for <name>.cpp. In addition, <regex> matches the first
# error, and the compiler prints at most 70 lines. The options go to the compiler.
function(mincoap_add_mistake name regex)
    set(command "${mincoap_compile_alone};${ARGN};-I${mincoap_precompiled};-I${PROJECT_SOURCE_DIR}/include")
    cmake_path(ABSOLUTE_PATH name OUTPUT_VARIABLE file)
    add_test(NAME compile_fail.${name}
        COMMAND ${CMAKE_COMMAND} "-Dcompile=${command}" "-Dfile=${file}.cpp"
            "-Dregex=${regex}" -Dlines=70 -P "${PROJECT_SOURCE_DIR}/cmake/compile_fail.cmake")
    set_tests_properties(compile_fail.${name} PROPERTIES LABELS compile_fail)
endfunction()
