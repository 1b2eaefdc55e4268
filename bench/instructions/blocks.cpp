// blocks <requests> <blocks> offset|rendered|pieces|version|version-pieces: the server answers <requests> requests for
// blocks of 64 bytes, one transfer after another. The body has <blocks> blocks. It is read by offset, or rendered anew
// for each block: put at once or in pieces of 16 bytes, with its hash or a version as its ETag.
// blocks <requests> <blocks> loop: takes the same requests from the socket and gives it answers, without a server.
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <mincoap/mincoap.hpp>

namespace {

constexpr std::size_t block_size = 64;

// CON GET, with a token of two bytes, of the block whose number goes into the last two bytes (RFC 7959 §2.2).
constexpr mincoap::byte request[]{0x42, 0x01, 0x12, 0x34, 0xca, 0xfe, 0xb1, 'b', 0xc2, 0x00, 0x02};

struct memory_socket {
    unsigned blocks;
    unsigned next = 0;
    std::size_t answered = 0;

    // Not inlined, so the compiler knows neither the request nor the use of the answer.
    [[gnu::noinline]] mincoap::net::status receive(mincoap::mutable_bytes storage, mincoap::net::arrival& in) {
        std::memcpy(storage.data(), request, sizeof request);
        storage[sizeof request - 2] = static_cast<mincoap::byte>(next >> 4);
        storage[sizeof request - 1] = static_cast<mincoap::byte>(next << 4 | 2);
        if (++next == blocks) next = 0;
        in.size = sizeof request;
        return mincoap::net::status::done;
    }
    [[gnu::noinline]] mincoap::net::status send(mincoap::bytes datagram, const mincoap::net::route& route) {
        asm volatile("" : : "r"(datagram.data()), "r"(&route) : "memory");
        if (datagram.size() > block_size) ++answered;
        return mincoap::net::status::done;
    }
};

mincoap::byte body[64 * block_size];
std::size_t body_size;

struct flash {
    static mincoap::body_info measure() { return {static_cast<std::uint32_t>(body_size), mincoap::etag{"1"}}; }
    static bool read(std::uint32_t offset, mincoap::mutable_bytes to) {
        std::memcpy(to.data(), body + offset, to.size());
        return true;
    }
};
constexpr flash source;

constexpr auto by_offset = mincoap::routes(mincoap::at<"b">(mincoap::get_blocks(source)));
std::uint32_t version = 1;

void put_at_once(mincoap::body_writer& to) { to.put(mincoap::bytes{body, body_size}); }
void put_pieces(mincoap::body_writer& to) {
    for (std::size_t at = 0; at < body_size; at += 16) to.put(mincoap::bytes{body + at, 16});
}

constexpr auto by_rendering = mincoap::routes(mincoap::at<"b">(mincoap::generated(put_at_once)));
constexpr auto by_pieces = mincoap::routes(mincoap::at<"b">(mincoap::generated(put_pieces)));
constexpr auto by_version = mincoap::routes(mincoap::at<"b">(mincoap::generated(put_at_once).version(version)));
constexpr auto by_version_and_pieces =
    mincoap::routes(mincoap::at<"b">(mincoap::generated(put_pieces).version(version)));

mincoap::server_memory<> memory;

void serve(memory_socket& socket, const auto& site, std::size_t requests) {
    mincoap::server server{socket, site, memory, mincoap::unguarded{}};
    for (std::size_t i = 0; i < requests; ++i) server.poll(0);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return EXIT_FAILURE;
    const auto requests = static_cast<std::size_t>(std::atol(argv[1]));
    const std::string_view how = argv[3];
    memory_socket socket{.blocks = static_cast<unsigned>(std::atoi(argv[2]))};
    if (socket.blocks == 0 || socket.blocks * block_size > sizeof body) return EXIT_FAILURE;
    body_size = socket.blocks * block_size;
    if (how == "offset") serve(socket, by_offset, requests);
    if (how == "rendered") serve(socket, by_rendering, requests);
    if (how == "pieces") serve(socket, by_pieces, requests);
    if (how == "version") serve(socket, by_version, requests);
    if (how == "version-pieces") serve(socket, by_version_and_pieces, requests);
    if (how == "loop") {
        mincoap::net::arrival in;
        for (std::size_t i = 0; i < requests; ++i) {
            socket.receive(memory.message, in);
            socket.send({memory.message.data(), block_size + 1}, in.route);
        }
    }
    return socket.answered == requests ? EXIT_SUCCESS : EXIT_FAILURE;
}
