// Writes each datagram into a capture file that tshark and Wireshark open, for `net::tracer`:
//
//     std::FILE* const file = std::fopen("capture.pcap", "wb");
//     mincoap::net::tracer traced{*socket, mincoap::posix::pcap_writer{file}};
//
// The file is complete after each datagram.
#pragma once

#include <cstdio>

#include <time.h>

#include <mincoap/net/pcap.hpp>

namespace mincoap::posix {

class pcap_writer {
public:
    // Writes the head of the file. `to` must be empty, open for writing bytes, and must outlive
    // this object. `std::ferror(to)` reports a full disk.
    explicit pcap_writer(std::FILE* to) : to_(to) { write(net::pcap_file_head); }

    void operator()(const net::traced& t) const {
        ::timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        const net::pcap_time time{static_cast<std::uint32_t>(now.tv_sec),
                                  static_cast<std::uint32_t>(now.tv_nsec / 1000)};
        write(net::pcap_head(t, time).view());
        write(t.datagram);
        std::fflush(to_);
    }

private:
    void write(bytes data) const { std::fwrite(data.data(), 1, data.size(), to_); }

    std::FILE* to_;
};

}  // namespace mincoap::posix
