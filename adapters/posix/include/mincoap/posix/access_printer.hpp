// Prints a line per datagram, for `access_log`:
//
//     2026-11-27T08:15:00Z 192.0.2.7:40000 GET /hello 2.05 in=11 out=18 served
//
// The time is UTC. A `*` after the address marks a multicast request, and `-` marks a missing
// value. Each line is written as a whole.
#pragma once

#include <array>
#include <cstdio>
#include <ctime>
#include <string_view>

#include <mincoap/layer/access_log.hpp>
#include <mincoap/net/endpoint_text.hpp>

namespace mincoap::posix {

class access_printer {
public:
    // `to`, such as stderr, must outlive this object.
    explicit access_printer(std::FILE* to) : to_(to) {}

    void operator()(const access& a) const {
        std::array<char, 24> time{};
        const std::time_t now = std::time(nullptr);
        std::tm utc{};
        ::gmtime_r(&now, &utc);
        std::strftime(time.data(), time.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
        const net::endpoint_text remote = net::to_text(a.from.route.remote);
        std::fprintf(to_, "%s %.*s%s %s %.*s %s in=%zu out=%zu %.*s\n", time.data(), length(remote.view()),
                     remote.view().data(), a.from.multicast ? "*" : "", code_text(a.method).data(), length(path_of(a)),
                     path_of(a).data(), code_text(a.answer).data(), a.bytes_in, a.bytes_out, length(a.what.name()),
                     a.what.name().data());
    }

private:
    static int length(std::string_view text) { return static_cast<int>(text.size()); }
    static std::string_view path_of(const access& a) { return a.path.empty() ? std::string_view{"-"} : a.path; }

    // "GET", "0.08", "2.05", "-".
    static std::array<char, 8> code_text(code c) {
        static constexpr std::array<const char*, 8> methods{"-",      "GET",   "POST",  "PUT",
                                                            "DELETE", "FETCH", "PATCH", "iPATCH"};
        std::array<char, 8> text{};
        const auto number = static_cast<unsigned>(c);
        if (number < methods.size()) std::snprintf(text.data(), text.size(), "%s", methods[number]);
        else std::snprintf(text.data(), text.size(), "%u.%02u", number >> 5, number & 31);
        return text;
    }

    std::FILE* to_;
};

}  // namespace mincoap::posix
