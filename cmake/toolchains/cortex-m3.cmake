set(mincoap_cpu_flags -mcpu=cortex-m3 -mthumb)
include("${CMAKE_CURRENT_LIST_DIR}/arm.cmake")
