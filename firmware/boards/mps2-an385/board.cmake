set(board_sources ../../mps2/board.cpp ../../drivers/lan9118.cpp ../../cortex-m/startup.cpp ../../cortex-m/systick.cpp)
set(board_linker_scripts memory.ld ../../firmware.ld)
set(board_interfaces 1)
set(board_cipher crypto)
