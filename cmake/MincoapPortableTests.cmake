# The unit tests that need no network, for another machine than the one that compiles them. They run in its emulator as
# two tests, one per core, because starting the emulator for each test of GoogleTest would take longer than the tests.
# GoogleTest is compiled from Debian's package googletest.
#
# The presets compile with -O0, which halves the time to compile. Tests that try millions of inputs would take minutes
# in the emulator and are left out; random_datagrams, any_record and others try samples of these inputs.
enable_language(C)
add_subdirectory(/usr/src/googletest googletest EXCLUDE_FROM_ALL SYSTEM)
if(NOT TARGET GTest::gtest)
    add_library(GTest::gtest ALIAS gtest)
endif()

file(GLOB_RECURSE portable_tests CONFIGURE_DEPENDS unit/*_test.cpp)
list(FILTER portable_tests EXCLUDE REGEX "/unit/posix/")
add_executable(mincoap-portable-tests ${portable_tests})
target_link_libraries(mincoap-portable-tests PRIVATE mincoap::mincoap mincoap::conformance gmock_main)
target_precompile_headers(mincoap-portable-tests PRIVATE <gmock/gmock.h>)
mincoap_use_dev_flags(mincoap-portable-tests)
set(emulated_too_long "every_datagram.of_*:any_payload*:flood_limit.brings_no_fewer_tokens*")
foreach(shard IN ITEMS 0 1)
    add_test(NAME unit.${shard}
        COMMAND mincoap-portable-tests --gtest_brief=1 "--gtest_filter=-${emulated_too_long}")
    set_tests_properties(unit.${shard} PROPERTIES
        LABELS unit TIMEOUT 300 ENVIRONMENT "GTEST_TOTAL_SHARDS=2;GTEST_SHARD_INDEX=${shard}")
endforeach()
