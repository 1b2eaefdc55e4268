include_guard()

# mincoap_add_unit_tests(<target> <prefix>): its tests, each a test of CTest's by itself; or, with MINCOAP_UNIT_SHARDS,
# that many tests that run a part each. A process takes half a second to start under sanitizers.
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
