// Which of the two Message IDs would count?
#include <mincoap/mincoap.hpp>

struct numbering : mincoap::hooks {
    std::uint16_t next_message_id() { return 7; }
};

int main() {
    mincoap::net::null_socket socket;
    const mincoap::null_handler handler;
    mincoap::server server{socket, handler, numbering{}, mincoap::unguarded{}};
}
