// Datagrams as people read them: one line each.
#pragma once

#include <ostream>
#include <string>

#include <mincoap/net/tracer.hpp>

namespace demo {

// "127.0.0.1:5683", "[fe80::1%eth0]:5683", with the interface by its name.
std::string describe(const mincoap::net::endpoint& endpoint);

// "CON GET 0x1234 token 01ab | Uri-Path "cbor", Accept 60 | 5 bytes "Hello"", or the bytes of a datagram
// that is no message.
std::string describe(mincoap::bytes datagram);

// Prints a line for each datagram, for mincoap::net::tracer. Without a stream, it prints nothing.
class datagram_printer {
public:
    explicit datagram_printer(std::ostream* log) : log_(log) {}

    void operator()(const mincoap::net::traced& t) const {
        if (log_ == nullptr) return;
        const bool is_in = t.direction == mincoap::net::direction::in;
        *log_ << (is_in ? "<- " : "-> ") << describe(t.arrival.route.remote) << "  " << describe(t.datagram)
              << notes(t.arrival) << '\n'
              << std::flush;
    }

private:
    static const char* notes(const mincoap::net::arrival& about) {
        if (about.truncated) return " (too long, cut off)";
        return about.multicast ? " (multicast)" : "";
    }

    std::ostream* log_;
};

}  // namespace demo
