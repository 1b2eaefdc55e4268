# The unit tests that need no network, for another machine than the one that compiles them. Run in its emulator, as one
# test: to start it for each would take longer than the tests. GoogleTest is compiled from Debian's package googletest.
#
# -O0, since that halves the time to compile. every_datagram.of_*, which tries millions of datagrams, is left out:
# emulated, it takes two minutes, and random_datagrams does the same by samples.
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
add_test(NAME unit COMMAND mincoap-portable-tests --gtest_brief=1 --gtest_filter=-every_datagram.of_*)
set_tests_properties(unit PROPERTIES LABELS unit TIMEOUT 300)
