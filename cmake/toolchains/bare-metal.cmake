# Shared by all bare-metal builds. Use one of its neighbours.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)  # there is nothing to link an executable with yet
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

string(JOIN " " CMAKE_CXX_FLAGS_INIT ${mincoap_cpu_flags} -ffunction-sections -fdata-sections
    -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit)
string(JOIN " " CMAKE_C_FLAGS_INIT ${mincoap_cpu_flags} -ffunction-sections -fdata-sections)
set(CMAKE_EXE_LINKER_FLAGS_INIT "${mincoap_link_flags} -Wl,--gc-sections")
