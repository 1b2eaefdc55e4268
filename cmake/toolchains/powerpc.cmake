# Debian: g++-powerpc-linux-gnu qemu-user
set(CMAKE_SYSTEM_PROCESSOR ppc)
set(mincoap_machine powerpc)
set(mincoap_emulator qemu-ppc)
include("${CMAKE_CURRENT_LIST_DIR}/linux.cmake")
