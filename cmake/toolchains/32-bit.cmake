# Debian: g++-i686-linux-gnu qemu-user. (-m32 would take g++-multilib, which Debian does not install beside a cross
# compiler, and a kernel that runs such programs, which not every one does.)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(mincoap_machine i686)
set(mincoap_emulator qemu-i386)
include("${CMAKE_CURRENT_LIST_DIR}/linux.cmake")
