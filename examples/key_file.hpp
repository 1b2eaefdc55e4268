// Files with keys: a value in each line, as `name,type,"value"`. Lines that begin with # are comments.
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

// A value of a key file.
struct key_line {
    std::string_view name, type, text;

    // Reads `text` as the type says, hex or ascii. Returns the text of a mistake; an empty text if there is
    // none.
    std::string read(std::optional<octets>& to) const {
        if (to) return std::string{name} + " is given twice";
        if (type == "hex") to = from_hex(text);
        else if (type == "ascii") to.emplace(text.begin(), text.end());
        else return std::string{name} + " is neither hex nor ascii";
        return to ? "" : std::string{name} + " is not hexadecimal";
    }
};

// Reads a key file. `take` gets each key_line, and returns the text of a mistake, or an empty text. Returns
// a text such as `server.keys:2: sender_id is not hexadecimal`; an empty text if there is no mistake.
std::string read_key_file(const std::string& file, auto&& take) {
    const auto split = [&](std::string_view line) -> std::string {
        while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) return {};
        const std::size_t comma = line.find(',');
        const std::size_t quote = line.find(",\"", comma + 1);
        const std::string name{line.substr(0, comma)};
        if (comma == line.npos || quote == line.npos) return name + " is no name,type,\"value\"";
        if (line.size() < quote + 3 || !line.ends_with('"')) return name + " is not in quotes";
        return take(key_line{.name = line.substr(0, comma),
                             .type = line.substr(comma + 1, quote - comma - 1),
                             .text = line.substr(quote + 2, line.size() - quote - 3)});
    };
    std::ifstream lines{file};
    if (!lines) return file + ": " + std::strerror(errno);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number)
        if (const std::string mistake = split(line); !mistake.empty())
            return file + ":" + std::to_string(number) + ": " + mistake;
    return {};
}

}  // namespace example
