set(mincoap_cpu_flags -mcpu=cortex-m0plus -mthumb)
include("${CMAKE_CURRENT_LIST_DIR}/arm.cmake")
