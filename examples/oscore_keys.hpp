// A client's keys from a file in libcoap's format, and files for sequence numbers. A key file has one
// value in each line, and lines that begin with # are comments:
//
//     master_secret,hex,"000102030405060708090a0b0c0d0e0f"
//     master_salt,hex,"9e7ca92223786340"
//     sender_id,ascii,"server"
//     recipient_id,hex,"01"
//     id_context,hex,"37cbf3210017a2d3"
#pragma once

#include <cstdio>
#include <expected>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <mincoap/security/oscore/contexts.hpp>

namespace example {

namespace coap = mincoap;

// The number of that hexadecimal digit; none for any other character.
inline std::optional<unsigned> digit(char c) {
    const std::size_t at = std::string_view{"0123456789abcdef0123456789ABCDEF"}.find(c);
    return at == std::string_view::npos ? std::nullopt : std::optional{static_cast<unsigned>(at % 16)};
}

inline std::optional<std::vector<coap::byte>> from_hex(std::string_view text) {
    std::vector<coap::byte> all;
    for (; text.size() >= 2; text.remove_prefix(2)) {
        const auto high = digit(text[0]);
        const auto low = digit(text[1]);
        if (!high || !low) return std::nullopt;
        all.push_back(static_cast<coap::byte>(*high << 4 | *low));
    }
    return text.empty() ? std::optional{all} : std::nullopt;
}

inline std::string to_hex(coap::bytes all) {
    std::string text;
    for (const coap::byte b : all) text.append({"0123456789abcdef"[b >> 4], "0123456789abcdef"[b & 15]});
    return text;
}

class oscore_keys {
    using value = std::optional<std::vector<coap::byte>>;

public:
    // Returns the keys; an error names the line that is wrong, or the value that is missing.
    static std::expected<oscore_keys, std::string> parse(std::istream& lines) {
        oscore_keys keys;
        std::string line;
        for (int number = 1; std::getline(lines, line); ++number)
            if (!line.empty() && line[0] != '#' && !keys.take(line))
                return std::unexpected("line " + std::to_string(number) +
                                       " is no key: " + line.substr(0, line.find(',')));
        for (const auto& [name, to] : keys.places())
            if (name.ends_with("secret") || name.ends_with("_id"))
                if (!*to) return std::unexpected("no " + std::string{name});
        return keys;
    }
    static std::expected<oscore_keys, std::string> load(const char* file) {
        std::ifstream lines{file};
        if (!lines) return std::unexpected(std::string{file} + " cannot be read");
        return parse(lines);
    }

    // Valid as long as these keys are.
    coap::security::oscore::identity identity() const {
        const auto or_none = [](const value& v) { return v ? coap::bytes{*v} : coap::bytes{}; };
        return {.master_secret = or_none(secret_),
                .master_salt = or_none(salt_),
                .sender_id = or_none(sender_id_),
                .recipient_id = or_none(recipient_id_),
                .id_context = id_context_ ? std::optional{coap::bytes{*id_context_}} : std::nullopt};
    }

private:
    struct place {
        std::string_view name;
        value* to;
    };
    std::array<place, 5> places() {
        return {{{"master_secret", &secret_},
                 {"master_salt", &salt_},
                 {"sender_id", &sender_id_},
                 {"recipient_id", &recipient_id_},
                 {"id_context", &id_context_}}};
    }

    // Takes a line such as name,hex,"value". The two others are libcoap's, and mincoap has no choice there.
    bool take(std::string_view line) {
        while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
        if (line == "replay_window,integer,32" || line == "rfc8613_b_1_2,bool,true") return true;
        const std::size_t comma = line.find(',');
        const std::size_t quote = line.find(",\"");
        if (quote == std::string_view::npos || quote <= comma || line.size() < quote + 3 || line.back() != '"')
            return false;
        const std::string_view kind = line.substr(comma + 1, quote - comma - 1);
        const std::string_view text = line.substr(quote + 2, line.size() - quote - 3);
        for (const auto& [name, to] : places())
            if (name == line.substr(0, comma) && !*to) return set(*to, kind, text);
        return false;
    }
    static bool set(value& to, std::string_view kind, std::string_view text) {
        if (kind == "hex") to = from_hex(text);
        if (kind == "ascii") to.emplace(text.begin(), text.end());
        return to.has_value();
    }

    value secret_, salt_, sender_id_, recipient_id_, id_context_;
};

// A storage for `kept_contexts`: a file for each context, in a folder. Without the file, numbers begin
// at 0. Delete it only together with the keys: two messages with one number give each other away.
class number_files {
public:
    explicit number_files(std::string folder) : folder_(std::move(folder)) {}

    // Returns the number that is kept for this context; 0 if there is no file, none if it cannot be read.
    std::optional<std::uint64_t> first(const coap::security::oscore::identity& of) const {
        const std::string path = path_of(of.recipient_id, of.id_context.value_or(coap::bytes{}));
        std::uint64_t number = 0;
        if (::access(path.c_str(), F_OK) != 0) return errno == ENOENT ? std::optional{number} : std::nullopt;
        std::ifstream file{path};
        return file >> number ? std::optional{number} : std::nullopt;
    }

    // Returns true once file and name are on the disk.
    bool reserve(const coap::security::oscore::context& of, std::uint64_t number) {
        const std::string path = path_of(of.recipient_id(), of.id_context());
        const std::string text = std::to_string(number) + "\n";
        const int file = ::open((path + ".new").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (file < 0) return false;
        const bool is_written = ::write(file, text.data(), text.size()) == std::ssize(text) && ::fsync(file) == 0;
        ::close(file);
        return is_written && std::rename((path + ".new").c_str(), path.c_str()) == 0 && sync_folder();
    }

private:
    std::string path_of(coap::bytes recipient_id, coap::bytes id_context) const {
        return folder_ + "/oscore-" + to_hex(recipient_id) + (id_context.empty() ? "" : "-" + to_hex(id_context));
    }
    bool sync_folder() const {
        const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY);
        if (folder < 0) return false;
        const bool is_done = ::fsync(folder) == 0;
        ::close(folder);
        return is_done;
    }

    std::string folder_;
};
static_assert(coap::security::oscore::storage<number_files>);

}  // namespace example
