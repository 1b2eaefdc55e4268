#include <mincoap/posix/key_file.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mincoap/posix/clock.hpp>
#include <mincoap/posix/descriptor.hpp>
#include <mincoap/posix/entropy.hpp>

#include "system_error.hpp"

namespace mincoap::posix {
namespace {

using security::key;
using security::shared_keys;

struct two_keys {
    key first;
    std::optional<key> second;
};

// Returns 0, or an errno.
int check_rights(int file) {
    struct ::stat about;
    if (::fstat(file, &about) != 0) return errno;
    if (S_ISDIR(about.st_mode)) return EISDIR;
    if (!S_ISREG(about.st_mode)) return EINVAL;
    const bool is_ours = about.st_uid == ::geteuid() || about.st_uid == 0;
    return is_ours && (about.st_mode & (S_IRWXG | S_IRWXO)) == 0 ? 0 : EACCES;
}

std::string_view take_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    return line;
}

// The words are little-endian, as in a message.
std::optional<key> to_key(std::string_view digits) {
    if (digits.size() != 32) return {};
    key made{};
    for (std::size_t i = 0; i < sizeof made; ++i) {
        unsigned value = 0;
        const char* const begin = digits.data() + 2 * i;
        const auto [end, error] = std::from_chars(begin, begin + 2, value, 16);
        if (error != std::errc{} || end != begin + 2) return {};
        made[i / 4] |= value << (i % 4 * 8);
    }
    return made == key{} ? std::nullopt : std::optional{made};
}

std::expected<two_keys, std::error_code> parse(std::string_view text) {
    const auto wrong = std::unexpected(error_from(EINVAL));
    const auto first = to_key(take_line(text));
    if (!first) return wrong;
    if (text.empty()) return two_keys{*first, {}};
    const auto second = to_key(take_line(text));
    if (!second || !text.empty()) return wrong;
    return two_keys{*first, second};
}

std::expected<two_keys, std::error_code> read_keys(const char* path) {
    const detail::descriptor file{::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};  // a FIFO does not wait
    if (!file.is_open()) return std::unexpected(error_from(errno));
    if (const int error = check_rights(file.number())) return std::unexpected(error_from(error));
    std::array<char, 80> text;
    const ssize_t size = ::read(file.number(), text.data(), text.size());
    if (size < 0) return std::unexpected(error_from(errno));
    return parse({text.data(), static_cast<std::size_t>(size)});
}

std::uint64_t real_time_ms() {
    std::timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000 + static_cast<std::uint64_t>(now.tv_nsec / 1'000'000);
}

shared_keys made_of(const key& current, const key& previous) {
    return {
        .current = current, .previous = previous, .own = random_key(), .unix_ms = real_time_ms(), .now_ms = now_ms()};
}

}  // namespace

std::expected<shared_keys, std::error_code> load_keys(const char* path) {
    const auto read = read_keys(path);
    if (!read) return std::unexpected(read.error());
    return made_of(read->first, read->second.value_or(read->first));
}

shared_keys random_keys() {
    const key drawn = random_key();
    return made_of(drawn, drawn);
}

std::error_code reload_keys(const char* path, shared_keys& present) {
    const auto read = read_keys(path);
    if (!read) return read.error();
    const std::optional<key> second = read->second;
    if (second) present.previous = *second;
    else if (read->first != present.current) present.previous = present.current;
    present.current = read->first;
    return {};
}

}  // namespace mincoap::posix
