# Debian: gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf libstdc++-arm-none-eabi-newlib
#
# Debian 12 has no libstdc++ for bare-metal RISC-V. This file uses the headers of the one
# for ARM, which belongs to the same GCC 12. mincoap includes only the freestanding headers. They need no library, and
# they ask the compiler about the CPU. The C headers and libc are picolibc's. picolibcpp.specs would look for a
# libstdc++ of its own.
#
# -misa-spec=2.2: in the newer specification, CSR and fence.i instructions are extensions that -march must name.
# Debian's libraries are not built for those names.
set(CMAKE_SYSTEM_PROCESSOR riscv32)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_CXX_COMPILER riscv64-unknown-elf-g++)

file(GLOB libstdcxx /usr/include/newlib/c++/12.*)
if(NOT libstdcxx)
    message(FATAL_ERROR "rv32 needs the headers of Debian's libstdc++-arm-none-eabi-newlib")
endif()
set(mincoap_cpu_flags -march=rv32imac -mabi=ilp32 -misa-spec=2.2 --specs=picolibc.specs)
set(mincoap_link_flags)
set(CMAKE_CXX_STANDARD_INCLUDE_DIRECTORIES ${libstdcxx} ${libstdcxx}/arm-none-eabi)
include("${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake")
