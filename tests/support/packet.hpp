// Datagrams that tests write, compare and print when they fail.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <mincoap/message/bytes.hpp>

namespace mincoap::test {

// Bytes in a notation close to the figures of the RFCs: hexadecimal digits, and text in single quotes. Spaces
// and bars only help the reader.
//
//     packet{"40 01 12 34 | b5 'hello'"}
class packet {
public:
    packet() = default;
    explicit packet(bytes content) : content_(content.begin(), content.end()) {}
    packet(const char* notation) {  // NOLINT(*-explicit-*): a literal is meant to convert
        for (std::string_view rest = notation; !rest.empty();) rest = read(rest);
    }

    operator bytes() const { return content_; }  // NOLINT(*-explicit-*): it is bytes
    bytes view() const { return content_; }
    std::size_t size() const { return content_.size(); }
    byte* data() { return content_.data(); }
    byte& operator[](std::size_t index) { return content_.at(index); }
    byte operator[](std::size_t index) const { return content_.at(index); }

    void append(byte value) { content_.push_back(value); }
    friend packet operator+(packet a, const packet& b) {
        a.content_.insert(a.content_.end(), b.content_.begin(), b.content_.end());
        return a;
    }
    friend bool operator==(const packet&, const packet&) = default;

    friend void PrintTo(const packet& p, std::ostream* out) {
        if (p.content_.empty()) *out << "nothing";
        for (std::size_t i = 0; i < p.size(); ++i) *out << (i == 0 ? "" : " ") << hex(p[i] >> 4) << hex(p[i] & 15);
    }

private:
    static char hex(unsigned digit) { return "0123456789abcdef"[digit & 15]; }
    static unsigned digit(char c) {
        const std::size_t value = std::string_view{"0123456789abcdef"}.find(c);
        if (value == std::string_view::npos) throw "not a packet";
        return static_cast<unsigned>(value);
    }

    std::string_view read(std::string_view rest) {
        if (rest[0] == ' ' || rest[0] == '|') return rest.substr(1);
        if (rest[0] == '\'') {
            const std::size_t close = rest.find('\'', 1);
            if (close == std::string_view::npos) throw "not a packet";
            for (const char c : rest.substr(1, close - 1)) append(static_cast<byte>(c));
            return rest.substr(close + 1);
        }
        if (rest.size() < 2) throw "not a packet";
        append(static_cast<byte>(digit(rest[0]) << 4 | digit(rest[1])));
        return rest.substr(2);
    }

    std::vector<byte> content_;
};

// Returns `count` bytes of the same value.
inline packet filler(std::size_t count, byte value = 'x') {
    const std::vector<byte> content(count, value);
    return packet{bytes{content}};
}

inline packet text_packet(std::string_view text) {
    packet result;
    for (const char c : text) result.append(static_cast<byte>(c));
    return result;
}

// Returns an option with the given delta, encoded as in RFC 7252 §3.1.
inline packet encoded_option(unsigned delta, bytes value) {
    packet extensions;
    const auto nibble = [&](std::size_t field) -> unsigned {
        if (field <= 12) return static_cast<unsigned>(field);
        if (field <= 268) return extensions.append(static_cast<byte>(field - 13)), 13;
        extensions.append(static_cast<byte>((field - 269) / 256));
        extensions.append(static_cast<byte>((field - 269) % 256));
        return 14;
    };
    const unsigned upper = nibble(delta);
    const unsigned lower = nibble(value.size());
    packet head;
    head.append(static_cast<byte>(upper * 16 + lower));
    return head + extensions + packet{value};
}

}  // namespace mincoap::test
