// Lets the system calls of one socket fail, as those of a socket with a full send buffer, in a sandbox or on an old
// kernel do. udp_socket_conformance_test.cpp defines the calls in place of the C library's.
#pragma once

#include <sys/socket.h>

namespace mincoap::posix {

struct failing_calls {
    int descriptor = -1;  // the socket; the others' calls succeed
    int send_error = 0;   // the errno of each call that sends, once `sends_left` messages were sent
    int sends_left = 0;
    int batch_error = 0;      // the errno of recvmmsg and sendmmsg
    int group_error = 0;      // the errno of a message for UDP_SEGMENT
    int single_error = 0;     // the errno of any other message
    long ticks = -1;          // what the coarse clock says; less than 0: the time
    unsigned messages = 0;    // counts those that the kernel took
    unsigned send_calls = 0;  // counts the calls that sent any

    // Returns the errno with which a message fails; 0 if the kernel gets it.
    int error_of(int socket, bool is_group);
};
inline failing_calls failing;

}  // namespace mincoap::posix
