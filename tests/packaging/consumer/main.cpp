#include <mincoap/mincoap.hpp>
#include <mincoap/posix/udp_socket.hpp>

int main() { return 0; }
