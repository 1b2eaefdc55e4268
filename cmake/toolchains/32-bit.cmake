# Debian: g++-i686-linux-gnu. Its programs run on a PC as they are. (-m32 takes g++-multilib, which Debian does not
# install beside a cross compiler.)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(mincoap_machine i686)
set(mincoap_emulator)
include("${CMAKE_CURRENT_LIST_DIR}/linux.cmake")
