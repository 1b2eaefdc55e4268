# The settings that all builds for Linux on another CPU share. Programs are linked statically and run in QEMU.
# Do not use this file directly. Use one of the toolchain files beside it.
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
