set(board_sources board.cpp ../../cortex-m/startup.cpp ../../cortex-m/systick.cpp)
set(board_linker_scripts memory.ld ../../firmware.ld)
set(board_interfaces 1)
set(board_cipher small_crypto)  # the processor has no cache
