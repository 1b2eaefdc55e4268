// The server that scripts/throughput measures. It serves /hello on a free UDP port, which it prints.
//
// usage: server plain|burst ADDRESS [guarded]     ADDRESS: such as 127.0.0.1, or :: for all
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/burst_socket.hpp>
#include <mincoap/posix/entropy.hpp>
#include <mincoap/posix/run.hpp>

using namespace mincoap;

static constexpr auto site = routes(at<"hello">(text("Hello CoAP")));

static int serve(auto& socket, bool is_guarded) {
    std::printf("%u\n", unsigned{socket.local_port()});
    std::fflush(stdout);
    const auto key = posix::random_key();
    server guarded{socket, site, echo_guard{key}};
    server plain{socket, site, unguarded{}};
    return (is_guarded ? posix::run(guarded, socket) : posix::run(plain, socket)) ? EXIT_FAILURE : EXIT_SUCCESS;
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
