# mincoap_add_compile_fail(<name> <file> <regex> [<include directory>...]): the test compile_fail.<name> passes if
# <file> does not compile and the compiler's output matches <regex>. Choose a <regex> that matches the text for the
# user, such as that of a static_assert.
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

# mincoap_add_mistake(<name> <regex> [option...]): the same for <name>.cpp. In addition, <regex> matches the first
# error, and the compiler prints at most 70 lines. The options go to the compiler.
function(mincoap_add_mistake name regex)
    set(command "${CMAKE_CXX_COMPILER};${CMAKE_CXX23_STANDARD_COMPILE_OPTION};${ARGN}")
    cmake_path(ABSOLUTE_PATH name OUTPUT_VARIABLE file)
    add_test(NAME compile_fail.${name}
        COMMAND ${CMAKE_COMMAND} "-Dcompile=${command};-I${PROJECT_SOURCE_DIR}/include" "-Dfile=${file}.cpp"
            "-Dregex=${regex}" -Dlines=70 -P "${PROJECT_SOURCE_DIR}/cmake/compile_fail.cmake")
    set_tests_properties(compile_fail.${name} PROPERTIES LABELS compile_fail)
endfunction()
