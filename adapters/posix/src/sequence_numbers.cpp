#include <mincoap/posix/sequence_numbers.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <string_view>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "system_error.hpp"

namespace mincoap::posix {
namespace {

constexpr std::string_view prefix = "oscore-";

struct sequence_number_category : std::error_category {
    const char* name() const noexcept override { return "mincoap::posix::sequence_numbers"; }
    std::string message(int error) const override {
        switch (static_cast<sequence_number_error>(error)) {
            case sequence_number_error::in_use: return "another program uses the sequence numbers in this folder";
            case sequence_number_error::damaged: return "the file with the sequence number is damaged";
            case sequence_number_error::of_another_context:
                return "the file with the sequence number is that of another context";
            default: return "this sequence number was used before";
        }
    }
};

std::string to_hex(bytes all) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const byte b : all) text.append({digits[b >> 4U], digits[b & 15U]});
    return text;
}

std::string name_of(bytes recipient_id, bytes id_context) {
    std::string name = std::string{prefix} + to_hex(recipient_id);
    return id_context.empty() ? name : name + "-" + to_hex(id_context);
}

// FNV-1a in 32 bits, against damage only.
std::uint32_t sum_of(std::string_view text) {
    std::uint32_t sum = 0x811c'9dc5;
    for (const char c : text) sum = (sum ^ static_cast<byte>(c)) * 0x0100'0193;
    return sum;
}

// The content of the file of that name: "oscore-02 64 f9898961\n".
std::string line_of(const std::string& name, std::uint64_t number) {
    const std::string text = name + " " + std::to_string(number);
    std::array<char, 11> end{};
    std::snprintf(end.data(), end.size(), " %08x\n", static_cast<unsigned>(sum_of(text)));
    return text + end.data();
}

std::expected<std::uint64_t, std::error_code> parse(const std::string& name, std::string_view line) {
    const bool is_of_a_context = line.starts_with(prefix) && line.find(' ') != std::string_view::npos;
    if (!line.starts_with(name + " "))
        return std::unexpected(is_of_a_context ? sequence_number_error::of_another_context
                                               : sequence_number_error::damaged);
    std::uint64_t number = 0;
    std::from_chars(line.data() + name.size() + 1, line.data() + line.size(), number);
    if (line != line_of(name, number)) return std::unexpected(sequence_number_error::damaged);
    return number;
}

}  // namespace

std::error_code make_error_code(sequence_number_error e) {
    static const sequence_number_category category;
    return {static_cast<int>(e), category};
}

std::expected<sequence_numbers, std::error_code> sequence_numbers::open(const char* folder) {
    sequence_numbers made{detail::descriptor{::open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)}};
    if (!made.folder_.is_open() || ::faccessat(made.folder_.number(), ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0)
        return std::unexpected(error_from(errno));
    if (const std::error_code error = made.lock()) return std::unexpected(error);
    return made;
}

std::error_code sequence_numbers::lock() const {
    if (::flock(folder_.number(), LOCK_EX | LOCK_NB) == 0) return {};
    return errno == EWOULDBLOCK ? make_error_code(sequence_number_error::in_use) : error_from(errno);
}

std::expected<std::uint64_t, std::error_code> sequence_numbers::first(const security::oscore::identity& of) const {
    return read(name_of(of.recipient_id, of.id_context.value_or(bytes{})));
}

bool sequence_numbers::reserve(const security::oscore::context& of, std::uint64_t number) {
    const std::error_code error = keep(name_of(of.recipient_id(), of.id_context()), number);
    if (error) last_error_ = error;
    return !error;
}

std::expected<std::uint64_t, std::error_code> sequence_numbers::read(const std::string& name) const {
    const detail::descriptor file{::openat(folder_.number(), name.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open() && errno == ENOENT) return 0;
    std::array<char, 128> line;
    const ssize_t size = file.is_open() ? ::read(file.number(), line.data(), line.size()) : -1;
    if (size < 0) return std::unexpected(error_from(errno));
    return parse(name, {line.data(), static_cast<std::size_t>(size)});
}

std::error_code sequence_numbers::keep(const std::string& name, std::uint64_t number) const {
    const auto kept = read(name);
    if (!kept) return kept.error();
    if (number <= *kept) return sequence_number_error::used_before;
    return replace(name, line_of(name, number));
}

std::error_code sequence_numbers::replace(const std::string& name, const std::string& line) const {
    const int folder = folder_.number();
    const std::string added = name + ".new";
    const detail::descriptor file{::openat(folder, added.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (!file.is_open()) return error_from(errno);
    const ssize_t size = ::write(file.number(), line.data(), line.size());
    if (size >= 0 && size < std::ssize(line)) return std::make_error_code(std::errc::no_space_on_device);
    const bool is_done = size >= 0 && ::fsync(file.number()) == 0 &&
                         ::renameat(folder, added.c_str(), folder, name.c_str()) == 0 && ::fsync(folder) == 0;
    return is_done ? std::error_code{} : error_from(errno);
}

}  // namespace mincoap::posix
