// Files with keys: a value in each line, as `name,type,"text"`. Lines that begin with # are
// comments.
#pragma once

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
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

    // Sets `to` to the text of that type. Returns the text of a mistake, or an empty text.
    std::string read(std::string_view type, std::string_view& to) const {
        if (!value.starts_with(type) || !value.substr(type.size()).starts_with(','))
            return std::string{name} + " is not " + std::string{type};
        const std::string_view text = value.substr(type.size() + 1);
        if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"'))
            return std::string{name} + " is not in quotes";
        to = text.substr(1, text.size() - 2);
        return {};
    }
    // The same with bytes, of the type hex or ascii.
    std::string read(std::optional<octets>& to) const {
        if (to) return std::string{name} + " is given twice";
        const bool is_hex = value.starts_with("hex,");
        if (!is_hex && !value.starts_with("ascii,")) return std::string{name} + " is neither hex nor ascii";
        std::string_view text;
        if (std::string mistake = read(is_hex ? "hex" : "ascii", text); !mistake.empty()) return mistake;
        if (is_hex) to = from_hex(text);
        else to.emplace(text.begin(), text.end());
        return to ? "" : std::string{name} + " is not hexadecimal";
    }
};

// Reads a key file. `take` gets each key_line, and returns the text of a mistake, or an empty text.
// Returns a text such as `server.keys:2: sender_id is not hexadecimal`, or an empty text.
std::string read_key_file(const std::string& file, auto&& take) {
    std::ifstream lines{file};
    if (!lines) return file + ": " + std::strerror(errno);
    std::string read;
    for (int number = 1; std::getline(lines, read); ++number) {
        std::string_view line = read;
        while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        const std::size_t comma = line.find(',');
        const std::string mistake = comma == line.npos
                                        ? std::string{line} + " is no name,type,value"
                                        : take(key_line{line, line.substr(0, comma), line.substr(comma + 1)});
        if (!mistake.empty()) return file + ":" + std::to_string(number) + ": " + mistake;
    }
    return {};
}

}  // namespace example
