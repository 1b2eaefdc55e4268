#include <mincoap/mincoap.hpp>
#include <mincoap/posix/directory.hpp>
#include <mincoap/posix/udp_socket.hpp>

// The call makes the linker need the library's code. It fails if the library is empty.
int main() { return mincoap::posix::directory::open(".") ? 0 : 1; }
