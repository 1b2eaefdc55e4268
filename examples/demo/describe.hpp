// Datagrams as people read them: one line each.
#pragma once

#include <ostream>
#include <string>

#include <mincoap/net/udp_socket.hpp>

namespace demo {

// "127.0.0.1:5683", "[fe80::1%eth0]:5683", with the interface by its name.
std::string describe(const mincoap::net::endpoint& endpoint);

// "CON GET 0x1234 token 01ab | Uri-Path "cbor", Accept 60 | 5 bytes "Hello"", or the bytes of what is no message.
std::string describe(mincoap::bytes datagram);

// A socket that tells of each datagram in and out on a stream. Says nothing where there is none.
template <mincoap::net::udp_socket Socket>
class described_socket {
public:
    described_socket(Socket& socket, std::ostream* log) : socket_(socket), log_(log) {}

    mincoap::net::status receive(mincoap::mutable_bytes& buffer, mincoap::net::arrival& in) {
        const auto status = socket_.receive(buffer, in);
        if (log_ != nullptr && status == mincoap::net::status::done)
            tell("<- ", describe(buffer.first(in.size)), in.path, notes(in));
        return status;
    }

    mincoap::net::status send(mincoap::bytes datagram, const mincoap::net::path& way) {
        if (log_ == nullptr) return socket_.send(datagram, way);
        const std::string sent = describe(datagram);  // its memory may be the socket's again afterwards
        const auto status = socket_.send(datagram, way);
        if (status == mincoap::net::status::done) tell("-> ", sent, way, "");
        return status;
    }

private:
    static const char* notes(const mincoap::net::arrival& in) {
        if (in.truncated) return " (too long, cut off)";
        return in.multicast ? " (multicast)" : "";
    }

    void tell(const char* direction, const std::string& datagram, const mincoap::net::path& way, const char* note) {
        *log_ << direction << describe(way.remote) << "  " << datagram << note << '\n' << std::flush;
    }

    Socket& socket_;
    std::ostream* log_;
};

}  // namespace demo
