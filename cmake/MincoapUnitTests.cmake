include_guard()

# mincoap_add_unit_tests(<target> <prefix>): adds each test of the target as a test of CTest. With MINCOAP_UNIT_SHARDS,
# it adds that many tests, and each runs a part of them: under sanitizers, a process takes half a second to start.
function(mincoap_add_unit_tests target prefix)
    if(NOT MINCOAP_UNIT_SHARDS)
        gtest_discover_tests(${target} TEST_PREFIX "${prefix}" NO_PRETTY_TYPES NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60
            PROPERTIES LABELS unit)
        return()
    endif()
    math(EXPR last "${MINCOAP_UNIT_SHARDS} - 1")
    foreach(shard RANGE ${last})
        add_test(NAME ${prefix}unit.${shard} COMMAND ${target} --gtest_brief=1)
        set_tests_properties(${prefix}unit.${shard} PROPERTIES LABELS unit TIMEOUT 600
            ENVIRONMENT "GTEST_TOTAL_SHARDS=${MINCOAP_UNIT_SHARDS};GTEST_SHARD_INDEX=${shard}")
    endforeach()
endfunction()
