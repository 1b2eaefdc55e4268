// Without a guard, the server could be used to flood a third party, and its owner would not notice.
#include <mincoap/mincoap.hpp>

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, mincoap::counters{}};
}
