#include <mincoap/mincoap.hpp>
#include <mincoap/posix/directory.hpp>
#include <mincoap/posix/udp_socket.hpp>

// What is called is linked: a library without its code would be found out.
int main() { return mincoap::posix::directory::open(".") ? 0 : 1; }
