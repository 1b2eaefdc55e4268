#include "systemd.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace demo {

std::vector<int> passed_sockets() {
    constexpr int first = 3;
    const char* const process = std::getenv("LISTEN_PID");
    const char* const count = std::getenv("LISTEN_FDS");
    std::vector<int> sockets;
    if (process == nullptr || count == nullptr || std::atol(process) != ::getpid()) return sockets;
    for (int i = 0; i < std::atoi(count); ++i) sockets.push_back(first + i);
    return sockets;
}

bool notify_systemd(std::string_view state) {
    const char* const path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un to{.sun_family = AF_UNIX, .sun_path = {}};
    const std::size_t size = path == nullptr ? 0 : std::strlen(path);
    if (size == 0 || size >= sizeof to.sun_path) return false;
    std::copy_n(path, size, to.sun_path);
    if (to.sun_path[0] == '@') to.sun_path[0] = '\0';  // a name in the abstract namespace
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return false;
    const auto to_size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
    const ssize_t sent =
        ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&to), to_size);
    ::close(socket);
    return sent == static_cast<ssize_t>(state.size());
}

}  // namespace demo
