set(mincoap_cpu_flags -mcpu=cortex-m33+nodsp+nofp -mthumb)
include("${CMAKE_CURRENT_LIST_DIR}/arm.cmake")
