// Files with keys: a value in each line, as `name,type,"text"`. Lines that begin with # are
// comments.
#pragma once

#include <cerrno>
#include <cstring>
#include <expected>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <mincoap/message/bytes.hpp>

namespace example {

namespace coap = mincoap;

using octets = std::vector<coap::byte>;

// The number of that hexadecimal digit; none for any other character.
inline std::optional<unsigned> digit(char c) {
    const std::size_t at = std::string_view{"0123456789abcdef0123456789ABCDEF"}.find(c);
    return at == std::string_view::npos ? std::nullopt : std::optional{static_cast<unsigned>(at % 16)};
}

inline std::optional<octets> from_hex(std::string_view text) {
    octets all;
    for (; text.size() >= 2; text.remove_prefix(2)) {
        const auto high = digit(text[0]);
        const auto low = digit(text[1]);
        if (!high || !low) return std::nullopt;
        all.push_back(static_cast<coap::byte>(*high << 4 | *low));
    }
    return text.empty() ? std::optional{all} : std::nullopt;
}

// A line of a key file.
struct key_line {
    std::string_view whole;  // name,type,"text"
    std::string_view name;
    std::string_view value;  // type,"text"

    // Returns the text of that type. An error is the text of a mistake.
    std::expected<std::string_view, std::string> read(std::string_view type) const {
        if (!value.starts_with(type) || !value.substr(type.size()).starts_with(','))
            return mistake(" is not " + std::string{type});
        const std::string_view text = value.substr(type.size() + 1);
        if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return mistake(" is not in quotes");
        return text.substr(1, text.size() - 2);
    }
    // Returns the bytes of the type hex or ascii.
    std::expected<octets, std::string> read() const {
        const bool is_hex = value.starts_with("hex,");
        if (!is_hex && !value.starts_with("ascii,")) return mistake(" is neither hex nor ascii");
        const auto text = read(is_hex ? "hex" : "ascii");
        if (!text) return std::unexpected(text.error());
        if (!is_hex) return octets(text->begin(), text->end());
        auto all = from_hex(*text);
        if (!all) return mistake(" is not hexadecimal");
        return std::move(*all);
    }

    // The text of a mistake in this line.
    std::unexpected<std::string> mistake(const std::string& what) const {
        return std::unexpected(std::string{name} + what);
    }
};

// The line without blanks at its end; an empty one if it is a comment.
inline std::string_view stripped(std::string_view line) {
    while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
    return line.starts_with('#') ? std::string_view{} : line;
}

// Reads a key file. `take` gets each key_line, and returns the text of a mistake, or an empty text.
// Returns a text such as `server.keys:2: sender_id is not hexadecimal`, or an empty text.
std::string read_key_file(const std::string& file, auto&& take) {
    std::ifstream lines{file};
    if (!lines) return file + ": " + std::strerror(errno);
    const auto take_line = [&](std::string_view line) -> std::string {
        const std::size_t comma = line.find(',');
        if (comma == std::string_view::npos) return std::string{line} + " is no name,type,value";
        return take(key_line{line, line.substr(0, comma), line.substr(comma + 1)});
    };
    std::string line;
    std::string mistake;
    int number = 0;
    while (mistake.empty() && std::getline(lines, line))
        if (++number; !stripped(line).empty()) mistake = take_line(stripped(line));
    return mistake.empty() ? "" : file + ":" + std::to_string(number) + ": " + mistake;
}

}  // namespace example
