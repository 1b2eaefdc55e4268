#include <mincoap/lwip/udp_socket.hpp>
#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello CoAP")));

mincoap::lwip::udp_socket socket;
mincoap::server server{socket, site, mincoap::unguarded{}};
