#include <mincoap/posix/text_socket.hpp>

#include <cerrno>

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

}  // namespace

std::expected<text_socket, std::error_code> text_socket::listen(const std::string& path) {
    sockaddr_un at{.sun_family = AF_UNIX, .sun_path = {}};
    if (path.size() >= sizeof at.sun_path) return std::unexpected(error_from(ENAMETOOLONG));
    path.copy(at.sun_path, path.size());
    detail::descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!socket.is_open()) return std::unexpected(error_from(errno));
    remove_socket(path.c_str());
    ::fchmod(socket.number(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP);  // the mode of the file that bind makes
    if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
        return std::unexpected(error_from(errno));
    text_socket made{std::move(socket), path};
    if (::listen(made.native_handle(), 16) != 0) return std::unexpected(error_from(errno));
    return made;
}

text_socket::text_socket(text_socket&& other) noexcept
    : socket_(std::move(other.socket_)), path_(std::exchange(other.path_, {})) {}

text_socket::~text_socket() {
    if (!path_.empty()) remove_socket(path_.c_str());
}

detail::descriptor text_socket::accept_one() const {
    return detail::descriptor{::accept4(native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
}

void text_socket::send(int peer, std::string_view text) { ::send(peer, text.data(), text.size(), MSG_NOSIGNAL); }

}  // namespace mincoap::posix
