#include <mincoap/posix/text_socket.hpp>

#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "system_error.hpp"

namespace mincoap::posix {
namespace {

void remove_socket(const char* path) {
    struct ::stat about;
    if (::lstat(path, &about) == 0 && S_ISSOCK(about.st_mode)) ::unlink(path);
}

detail::descriptor open_socket() {
    return detail::descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

// Returns true unless the system refuses the connection, as it does for the socket of a program that has
// ended. If the other program is busy, the error is EAGAIN.
bool is_in_use(const sockaddr_un& at) {
    const detail::descriptor client = open_socket();
    if (!client.is_open() || ::connect(client.number(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0)
        return true;
    return errno != ECONNREFUSED && errno != ENOENT;
}

int accept_from(int socket) { return ::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); }
detail::descriptor open_spare() { return detail::descriptor{::open("/", O_PATH | O_CLOEXEC)}; }

}  // namespace

std::expected<text_socket, std::error_code> text_socket::listen(const std::string& path) {
    sockaddr_un at{.sun_family = AF_UNIX, .sun_path = {}};
    if (path.empty()) return std::unexpected(error_from(ENOENT));  // bind would choose a name without rights
    if (path.size() >= sizeof at.sun_path) return std::unexpected(error_from(ENAMETOOLONG));
    path.copy(at.sun_path, path.size());
    detail::descriptor socket = open_socket();
    if (!socket.is_open()) return std::unexpected(error_from(errno));
    if (!is_in_use(at)) remove_socket(path.c_str());
    ::fchmod(socket.number(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP);  // the mode of the file that bind makes
    if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
        return std::unexpected(error_from(errno));
    text_socket made{std::move(socket), path};
    if (::listen(made.native_handle(), 16) != 0) return std::unexpected(error_from(errno));
    return made;
}

text_socket::text_socket(detail::descriptor socket, std::string path)
    : socket_(std::move(socket)), spare_(open_spare()), path_(std::move(path)) {}

text_socket::text_socket(text_socket&& other) noexcept
    : socket_(std::move(other.socket_)), spare_(std::move(other.spare_)), path_(std::exchange(other.path_, {})) {}

text_socket::~text_socket() {
    if (!path_.empty()) remove_socket(path_.c_str());
}

// Without a free descriptor, the program that waits would keep the socket readable, and the loop busy. So
// the connection gets the spare one, and is closed.
detail::descriptor text_socket::accept_one() const {
    detail::descriptor peer{accept_from(native_handle())};
    if (peer.is_open() || (errno != EMFILE && errno != ENFILE)) return peer;
    spare_ = {};
    { const detail::descriptor closed{accept_from(native_handle())}; }
    spare_ = open_spare();
    return {};
}

void text_socket::send(int peer, std::string_view text) { ::send(peer, text.data(), text.size(), MSG_NOSIGNAL); }

}  // namespace mincoap::posix
