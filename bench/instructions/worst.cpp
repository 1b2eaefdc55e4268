// worst <requests> <datagrams> [<folder>]: the demo's tree answers <requests> datagrams over a socket that is a piece
// of memory. There is no guard, because it would stop some of them early. <folder> is served below /fs.
//
// The file <datagrams> has one datagram per line, in hexadecimal. The server receives the datagrams before an empty
// line once, and those behind it again and again.
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <mincoap/posix/directory.hpp>

#include "../../examples/demo/demo_site.hpp"
#include "../../examples/demo/memory.hpp"

namespace {

using datagram = std::vector<mincoap::byte>;

struct datagrams {
    std::vector<datagram> all;
    std::size_t first = 0;  // index of the first repeated datagram

    explicit datagrams(const char* path) {
        std::ifstream from{path};
        for (std::string line; std::getline(from, line);) {
            if (line.empty()) first = all.size();
            else all.push_back(decoded(line));
        }
    }

private:
    static datagram decoded(const std::string& line) {
        datagram bytes;
        for (std::size_t i = 0; i + 1 < line.size(); i += 2)
            bytes.push_back(static_cast<mincoap::byte>(std::stoul(line.substr(i, 2), nullptr, 16)));
        return bytes;
    }
};

struct memory_socket {
    const datagrams* given;
    std::size_t next = 0;

    [[gnu::noinline]] mincoap::net::status receive(mincoap::mutable_bytes storage, mincoap::net::arrival& in) {
        if (next == given->all.size()) next = given->first;
        const datagram& request = given->all[next++];
        std::memcpy(storage.data(), request.data(), request.size());
        in.size = request.size();
        return mincoap::net::status::done;
    }
    [[gnu::noinline]] mincoap::net::status send(mincoap::bytes reply, const mincoap::net::route& route) {
        asm volatile("" : : "r"(reply.data()), "r"(&route) : "memory");
        return mincoap::net::status::done;
    }
};

constinit demo::state state;
constinit mincoap::posix::directory files;
demo::unix_time no_clock() { return 0; }
constexpr auto plain = demo::site(state, no_clock);
constexpr auto with_files =
    demo::site(state, no_clock, mincoap::below<"fs">(mincoap::posix::get_files(files)).title("Files").rt("demo.files"));

// Returns whether the server answered all requests with a success.
bool serve(memory_socket socket, const auto& site, std::size_t requests) {
    static mincoap::server_memory<> memory;
    static demo::memory kept;
    mincoap::counters counted;
    mincoap::server server{socket,        site,           memory,       mincoap::unguarded{},
                           kept.answered, kept.observing, kept.waiting, counted};
    requests += socket.given->first;
    for (std::size_t i = 0; i < requests; ++i) server.poll(0);
    return counted[mincoap::outcomes::served] == requests;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return EXIT_FAILURE;
    const datagrams given{argv[2]};
    const memory_socket socket{&given};
    const auto requests = static_cast<std::size_t>(std::atol(argv[1]));
    if (argc < 4) return serve(socket, plain, requests) ? EXIT_SUCCESS : EXIT_FAILURE;
    auto opened = mincoap::posix::directory::open(argv[3]);
    if (!opened) return EXIT_FAILURE;
    files = std::move(*opened);
    return serve(socket, with_files, requests) ? EXIT_SUCCESS : EXIT_FAILURE;
}
