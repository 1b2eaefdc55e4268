set(board_sources board.cpp startup.cpp ../../drivers/virtio_net.cpp)
set(board_linker_scripts memory.ld ../../firmware.ld)
set(board_interfaces 2)
set(board_cipher crypto)
