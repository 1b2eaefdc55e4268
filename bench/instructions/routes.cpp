// routes <requests> <path>: the server answers <requests> GET of a text over a socket that is a piece of memory. Its
// site has ROUTES texts. The path of the first one has 36 characters. Those of the others have five, up to "r0099" or
// "r0999".
// routes <requests> <path> loop: takes the same datagrams from the socket and gives it answers, without a server.
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <mincoap/mincoap.hpp>

namespace {

constexpr std::size_t reply_size = 9;

#define ROUTE(path) , mincoap::at<path>(mincoap::text("x"))
#define NINE(path)  \
    ROUTE(path "1") \
    ROUTE(path "2") \
    ROUTE(path "3") ROUTE(path "4") ROUTE(path "5") ROUTE(path "6") ROUTE(path "7") ROUTE(path "8") ROUTE(path "9")
#define TEN(path) ROUTE(path "0") NINE(path)
#define NINETY(path) \
    TEN(path "1")    \
    TEN(path "2") TEN(path "3") TEN(path "4") TEN(path "5") TEN(path "6") TEN(path "7") TEN(path "8") TEN(path "9")
#define HUNDRED(path) TEN(path "0") NINETY(path)
#define HUNDRED_BUT_ONE(path) NINE(path "0") NINETY(path)

constexpr auto site =
    mincoap::routes(mincoap::at<"sensors/floor-2/room-17/temperature0">(mincoap::text("x")) HUNDRED_BUT_ONE("r00")
#if ROUTES == 1000
                        HUNDRED("r01") HUNDRED("r02") HUNDRED("r03") HUNDRED("r04") HUNDRED("r05") HUNDRED("r06")
                            HUNDRED("r07") HUNDRED("r08") HUNDRED("r09")
#endif
    );

// CON GET, with a token of two bytes.
struct get_request {
    mincoap::byte datagram[64]{0x42, 0x01, 0x12, 0x34, 0xca, 0xfe};
    std::size_t size = 6;

    explicit get_request(std::string_view path) {
        unsigned delta = 11;
        while (!path.empty()) {
            const std::string_view segment = path.substr(0, path.find('/'));
            mincoap::byte* const value = mincoap::message::write_option_head(datagram + size, delta, segment.size());
            std::memcpy(value, segment.data(), segment.size());
            size = static_cast<std::size_t>(value + segment.size() - datagram);
            path.remove_prefix(segment.size() < path.size() ? segment.size() + 1 : path.size());
            delta = 0;
        }
    }
};

struct memory_socket {
    const get_request* request;
    std::size_t answered = 0;

    // Not inlined, so the compiler knows neither the request nor the use of the answer.
    [[gnu::noinline]] mincoap::net::status receive(mincoap::mutable_bytes storage, mincoap::net::arrival& in) {
        asm volatile("" : "+m"(answered));
        std::memcpy(storage.data(), request->datagram, request->size);
        in.size = request->size;
        return mincoap::net::status::done;
    }
    [[gnu::noinline]] mincoap::net::status send(mincoap::bytes datagram, const mincoap::net::route& route) {
        asm volatile("" : : "r"(datagram.data()), "r"(&route) : "memory");
        if (datagram.size() == reply_size) ++answered;
        return mincoap::net::status::done;
    }
};

mincoap::server_memory<> memory;

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return EXIT_FAILURE;
    const auto requests = static_cast<std::size_t>(std::atol(argv[1]));
    const get_request request{argv[2]};
    memory_socket socket{&request};
    if (argc > 3) {
        mincoap::net::arrival in;
        for (std::size_t i = 0; i < requests; ++i) {
            socket.receive(memory.message, in);
            socket.send({memory.message.data(), reply_size}, in.route);
        }
    } else {
        mincoap::server server{socket, site, memory, mincoap::unguarded{}};
        for (std::size_t i = 0; i < requests; ++i) server.poll(0);
    }
    return socket.answered == requests ? EXIT_SUCCESS : EXIT_FAILURE;
}
