# What every build for another machine with Linux shares: programs are linked with all that they need, and run in QEMU.
# Use one of its neighbours.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER ${mincoap_machine}-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER ${mincoap_machine}-linux-gnu-g++)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_CROSSCOMPILING_EMULATOR ${mincoap_emulator})
set(CMAKE_FIND_ROOT_PATH /usr/${mincoap_machine}-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
