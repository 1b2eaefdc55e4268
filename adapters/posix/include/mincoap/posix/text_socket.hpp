// A Unix socket that sends a text to each program that connects, such as the metrics of a server.
//
//   auto texts = posix::text_socket::listen("/run/mincoap/metrics");
//   const auto work = [&](std::uint32_t) { return texts->answer(write), coap::forever_ms; };
//   posix::run(server, *socket, stop, work, texts->native_handle());
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <system_error>

#include <mincoap/posix/descriptor.hpp>

namespace mincoap::posix {

class text_socket {
public:
    // Listens at that path, for programs of the same user and group. Replaces a socket that an earlier run
    // left there. The destructor removes it.
    //   address_in_use       there is a file that is no socket, or a socket that a program listens on
    //   filename_too_long    the path has more than 107 bytes
    //   permission_denied, no_such_file_or_directory (also for an empty path) and others of bind
    static std::expected<text_socket, std::error_code> listen(const std::string& path);

    text_socket(text_socket&& other) noexcept;
    text_socket& operator=(text_socket&& other) = delete;
    ~text_socket();

    // Sends the text that `write` returns to each program that waits, and closes the connection. Never
    // waits: a text of more than about 200 KB is cut. Answers 16 programs at most; the descriptor is still
    // readable if more of them wait. A program gets no text while this one has too many files open.
    void answer(const auto& write) const {
        for (int left = most_at_once; left != 0; --left) {
            const detail::descriptor peer = accept_one();
            if (!peer.is_open()) return;
            send(peer.number(), write());
        }
    }

    // Returns a descriptor that is readable while a program waits.
    int native_handle() const { return socket_.number(); }

private:
    static constexpr int most_at_once = 16;

    text_socket(detail::descriptor socket, std::string path);

    detail::descriptor accept_one() const;
    static void send(int peer, std::string_view text);

    detail::descriptor socket_;
    mutable detail::descriptor spare_;  // closed to take a connection when there is no other descriptor
    std::string path_;
};

}  // namespace mincoap::posix
