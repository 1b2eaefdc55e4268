// The server that scripts/throughput measures. It serves /hello on a free UDP port, which it prints.
//
// usage: server plain|burst ADDRESS [guarded]     ADDRESS: such as 127.0.0.1, or :: for all
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/burst_socket.hpp>
#include <mincoap/posix/clock.hpp>
#include <mincoap/posix/entropy.hpp>

using namespace mincoap;

static constexpr auto site = routes(at<"hello">(text("Hello CoAP")));

// Receives until the socket would block, and only then waits.
template <typename Server>
int run(Server& server, auto& socket) {
    for (;;) {
        const poll_result last = server.poll(posix::now_ms());
        if (last == poll_result::idle) socket.wait();
        else if (last == poll_result::blocked) socket.wait_to_send();
        else if (last == poll_result::error) return EXIT_FAILURE;
    }
}

static int serve(auto& socket, bool is_guarded) {
    std::printf("%u\n", unsigned{socket.local_port()});
    std::fflush(stdout);
    const auto key = posix::random_key();
    server guarded{socket, site, echo_guard{key}};
    server plain{socket, site, unguarded{}};
    return is_guarded ? run(guarded, socket) : run(plain, socket);
}

int main(int count, char** words) {
    const auto at = posix::to_endpoint(count > 2 ? words[2] : "", 0);
    if (!at) return std::fputs("usage: server plain|burst ADDRESS [guarded]\n", stderr), EXIT_FAILURE;
    auto socket = posix::udp_socket::bind(*at);
    if (!socket) return std::fprintf(stderr, "%s\n", socket.error().message().c_str()), EXIT_FAILURE;
    const bool is_guarded = count > 3 && std::string_view{words[3]} == "guarded";
    if (std::string_view{words[1]} == "plain") return serve(*socket, is_guarded);
    static posix::burst_memory<64> memory;
    posix::burst_socket bursts{std::move(*socket), memory};
    return serve(bursts, is_guarded);
}
