# Debian: g++-s390x-linux-gnu qemu-user
set(CMAKE_SYSTEM_PROCESSOR s390x)
set(mincoap_machine s390x)
set(mincoap_emulator qemu-s390x)
include("${CMAKE_CURRENT_LIST_DIR}/linux.cmake")
