// core <requests>: has that many GET /hello answered over a socket that is a piece of memory.
// core <requests> --loop: takes the same datagrams from the socket and gives it the same answers, without a server.
//
// core <requests> --notify: has that many notifications of /hello sent, by a server with MEMORY.
//
// core <requests> --protected: has that many protected GET /hello answered, by a server with OSCORE.
//
// GUARD guards the server. OSCORE gives it a security context, whose cipher does nothing. With MEMORY, it also has the
// layers that keep something for clients, with that many entries each. Each is a program of its own, as in an image.
#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <mincoap/layer/deduplicate.hpp>
#include <mincoap/layer/observers.hpp>
#include <mincoap/layer/oscore.hpp>
#include <mincoap/layer/separate.hpp>

#include "site.hpp"

#ifdef MEMORY
#define LAYERS GUARD, repeated, observing, kept
#elif defined OSCORE
#define LAYERS                                          \
    GUARD, mincoap::undeduplicated{}, mincoap::oscore { \
        peers, no_cipher {}                             \
    }
#else
#define LAYERS GUARD
#endif

namespace {

// CON GET /hello, with a token of two bytes.
constexpr mincoap::byte request[]{0x42, 0x01, 0x12, 0x34, 0xca, 0xfe, 0xb5, 'h', 'e', 'l', 'l', 'o'};

// A socket that counts the answers. Its functions are not inlined, so that the compiler knows neither the request nor
// what becomes of the answer.
template <std::size_t ReplySize>
struct counting_socket {
    static constexpr std::size_t reply_size = ReplySize;

    std::size_t answered = 0;

    [[gnu::noinline]] mincoap::net::status send(mincoap::bytes datagram, const mincoap::net::route& route) {
        asm volatile("" : : "r"(datagram.data()), "r"(&route) : "memory");
        if (datagram.size() == reply_size) ++answered;
        return mincoap::net::status::done;
    }
};

struct memory_socket : counting_socket<18> {
    [[gnu::noinline]] mincoap::net::status receive(mincoap::mutable_bytes storage, mincoap::net::arrival& in) {
        asm volatile("" : "+m"(answered));
        std::memcpy(storage.data(), request, sizeof request);
        in.size = sizeof request;
        return mincoap::net::status::done;
    }
};

mincoap::server_memory<> memory;

#ifdef MEMORY
mincoap::deduplicate<MEMORY> repeated;
mincoap::observers<MEMORY> observing;
mincoap::separate<MEMORY> kept;

// One client observes /hello, and acknowledges each Confirmable notification.
constexpr mincoap::byte registration[]{0x42, 0x01, 0x12, 0x34, 0xca, 0xfe, 0x60, 0x55, 'h', 'e', 'l', 'l', 'o'};
constexpr std::size_t notification_size = 22;

struct observing_socket {
    std::size_t notified = 0;
    std::array<mincoap::byte, 16> incoming{};
    std::size_t incoming_size = 0;

    [[gnu::noinline]] mincoap::net::status receive(mincoap::mutable_bytes storage, mincoap::net::arrival& in) {
        if (incoming_size == 0) return mincoap::net::status::would_block;
        std::memcpy(storage.data(), incoming.data(), incoming.size());
        in.size = std::exchange(incoming_size, 0);
        return mincoap::net::status::done;
    }
    [[gnu::noinline]] mincoap::net::status send(mincoap::bytes datagram, const mincoap::net::route& route) {
        asm volatile("" : : "r"(datagram.data()), "r"(&route) : "memory");
        if (datagram.size() != notification_size || (datagram[0] & 0x20) != 0) return mincoap::net::status::done;
        ++notified;
        if ((datagram[0] & 0x10) == 0) {
            incoming = {0x60, 0, datagram[2], datagram[3]};
            incoming_size = 4;
        }
        return mincoap::net::status::done;
    }
};

constexpr auto observable_site = mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello CoAP")).observable(),
                                                 mincoap::at<"led">(mincoap::value(led)));

int notify(std::size_t times) {
    observing_socket socket;
    std::memcpy(socket.incoming.data(), registration, socket.incoming_size = sizeof registration);
    mincoap::server server{socket, observable_site, memory, LAYERS};
    std::uint32_t now_ms = 0;
    server.poll(now_ms);
    for (std::size_t i = 0; i < times; ++i) {
        server.changed<"hello">();
        server.poll(now_ms += 3000);
        if (socket.incoming_size != 0) server.poll(now_ms);
    }
    return socket.notified == times ? EXIT_SUCCESS : EXIT_FAILURE;
}
#else
int notify(std::size_t) { return EXIT_FAILURE; }
#endif

#ifdef OSCORE
// Takes any tag, and leaves the text as it is: what is left is the library's own work.
struct no_cipher {
    using bytes = mincoap::bytes;
    [[gnu::noipa]] static void seal(const mincoap::byte*, const mincoap::byte*, bytes, mincoap::mutable_bytes,
                                    std::size_t) {}
    [[gnu::noipa]] static bool open(const mincoap::byte*, const mincoap::byte*, bytes, mincoap::mutable_bytes,
                                    std::size_t) {
        return true;
    }
    [[gnu::noipa]] static void hash(std::span<const bytes>, mincoap::byte*) {}
    [[gnu::noipa]] static void hmac(bytes, std::span<const bytes>, mincoap::byte*) {}
};

mincoap::security::oscore::contexts<OSCORE> peers;
#endif

template <typename Socket>
[[gnu::always_inline]] inline int answer(std::size_t requests, bool without_server) {
    Socket socket;
    if (without_server) {
        mincoap::net::arrival in;
        for (std::size_t i = 0; i < requests; ++i) {
            socket.receive(memory.message, in);
            socket.send({memory.message.data(), Socket::reply_size}, in.route);
        }
    } else {
        mincoap::server server{socket, site, memory, LAYERS};
        for (std::size_t i = 0; i < requests; ++i) server.poll(0);
    }
    return socket.answered == requests ? EXIT_SUCCESS : EXIT_FAILURE;
}

#ifdef OSCORE
// CON POST with an OSCORE option: a Partial IV of three bytes, and the kid 07. Inside there is GET /hello.
constexpr mincoap::byte sealed[]{0x42, 0x02, 0x12, 0x34, 0xca, 0xfe, 0x95, 0x0b, 0x01, 0, 0, 0x07, 0xff, 0x01,
                                 0xb5, 'h',  'e',  'l',  'l',  'o',  0,    0,    0,    0, 0, 0,    0,    0};
constexpr std::size_t number_at = 8;

struct protecting_socket : counting_socket<29> {
    std::uint32_t number = 0x10000;

    [[gnu::noinline]] mincoap::net::status receive(mincoap::mutable_bytes storage, mincoap::net::arrival& in) {
        std::memcpy(storage.data(), sealed, sizeof sealed);
        for (std::size_t i = 0; i < 3; ++i) storage[number_at + i] = static_cast<mincoap::byte>(number >> (16 - 8 * i));
        ++number;
        in.size = sizeof sealed;
        return mincoap::net::status::done;
    }
};

int protect(std::size_t requests, bool without_server) {
    constexpr std::array<mincoap::byte, 16> secret{1, 2, 3, 4};
    constexpr mincoap::byte client[]{0x07};
    peers.add<no_cipher>(
        {.master_secret = secret, .master_salt = {}, .sender_id = {}, .recipient_id = client, .id_context = {}});
    return answer<protecting_socket>(requests, without_server);
}
#else
int protect(std::size_t, bool) { return EXIT_FAILURE; }
#endif

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return EXIT_FAILURE;
    const auto requests = static_cast<std::size_t>(std::atol(argv[1]));
    if (argc > 2 && std::strcmp(argv[2], "--notify") == 0) return notify(requests);
    if (argc > 2 && std::strcmp(argv[2], "--protected") == 0) return protect(requests, argc > 3);
    return answer<memory_socket>(requests, argc > 2);
}
