# mincoap_add_pytests(<folder>): each <folder>/<name>.py is the test <folder>.<name>. A file whose name starts with _ is
# a helper of the others. The environment of a test has these paths:
#
#   MINCOAP_BUILD          the build tree
#   MINCOAP_DEMO           the demo
#   MINCOAP_PLUGTEST       the plugtest server
#   MINCOAP_EXAMPLES       the folder of the short examples
#   MINCOAP_CBOR_DESCRIBE  the program that prints what it reads of CBOR
#   MINCOAP_X25519         the example that agrees on keys, with X25519
#   CXX                    the compiler
#
# CTest shows a test as skipped if parts of it were skipped and no part failed. With MINCOAP_REQUIRE_ALL=1 in the
# environment, conftest.py turns each skipped part into a failure.
function(mincoap_add_pytests folder)
    file(GLOB scripts CONFIGURE_DEPENDS ${folder}/*.py)
    list(FILTER scripts EXCLUDE REGEX "/(conftest|__init__|_[^/]*)\\.py$")
    foreach(script IN LISTS scripts)
        cmake_path(GET script STEM name)
        set(test ${folder}.${name})
        add_test(NAME ${test} COMMAND ${MINCOAP_PYTHON} -B -m pytest -q -rs -p no:cacheprovider --color=no ${script})
        set(environment "CXX=${CMAKE_CXX_COMPILER}" "MINCOAP_BUILD=${PROJECT_BINARY_DIR}")
        if(TARGET mincoap-demo)
            list(APPEND environment
                "MINCOAP_DEMO=$<TARGET_FILE:mincoap-demo>" "MINCOAP_EXAMPLES=$<TARGET_FILE_DIR:mincoap-demo>")
        endif()
        if(TARGET mincoap-plugtest)
            list(APPEND environment "MINCOAP_PLUGTEST=$<TARGET_FILE:mincoap-plugtest>")
        endif()
        if(TARGET mincoap-cbor-describe)
            list(APPEND environment "MINCOAP_CBOR_DESCRIBE=$<TARGET_FILE:mincoap-cbor-describe>")
        endif()
        if(TARGET mincoap-handshake-x25519)
            list(APPEND environment "MINCOAP_X25519=$<TARGET_FILE:mincoap-handshake-x25519>")
        endif()
        set_tests_properties(${test} PROPERTIES
            LABELS ${folder}
            ENVIRONMENT "${environment}"
            TIMEOUT 300
            SKIP_REGULAR_EXPRESSION "(^|\n)([0-9]+ passed, )?[0-9]+ skipped[^,\n]* in [0-9]")
    endforeach()
endfunction()
