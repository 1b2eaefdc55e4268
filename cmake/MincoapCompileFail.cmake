# mincoap_add_compile_fail(<name> <file> <regex> [<include directory>...]): the test compile_fail.<name> passes if
# <file> does not compile and the compiler's words match <regex>. Let the regex be what a user should read, such as a
# static_assert's text.
function(mincoap_add_compile_fail name file regex)
    cmake_path(ABSOLUTE_PATH file)
    list(TRANSFORM ARGN PREPEND "-I" OUTPUT_VARIABLE others)
    set(includes "-I${PROJECT_SOURCE_DIR}/include" ${others})
    add_test(NAME compile_fail.${name}
        COMMAND ${CMAKE_COMMAND}
            "-Dcompile=${CMAKE_CXX_COMPILER};${CMAKE_CXX23_STANDARD_COMPILE_OPTION};${includes}"
            "-Dfile=${file}" "-Dregex=${regex}" -P "${PROJECT_SOURCE_DIR}/cmake/compile_fail.cmake")
    set_tests_properties(compile_fail.${name} PROPERTIES LABELS compile_fail)
endfunction()
