// Prints how the library reads CBOR. For each line of hexadecimal digits, it prints a line of JSON:
//
//     error    the error of reading one item to the end, by the functions for its type: none, malformed or unexpected
//     item     the value: ["uint", n], ["nint", n] for -1 - n, ["bytes", hex], ["text", hex], ["array", [item...]],
//              ["map", [[key, value]...]], ["tag", n, item], ["simple", n], ["float", the bits of a double in hex], and
//              ["raw", hex] for a string of indefinite length, with its encoding
//     again    the encoding of the item when it is written again
//     skipped  the error of skipping it instead
//     strict   the error of skipping it as deterministically encoded
#include <bit>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <mincoap/cbor/reader.hpp>
#include <mincoap/cbor/writer.hpp>

namespace {

using namespace mincoap;
using cbor::type;

std::string hex(bytes value) {
    std::string digits;
    for (const byte b : value) digits += {"0123456789abcdef"[b >> 4], "0123456789abcdef"[b & 15]};
    return digits;
}

std::vector<byte> from_hex(const std::string& digits) {
    std::vector<byte> value;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        value.push_back(static_cast<byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return value;
}

// Describes one item in JSON, and writes it again.
class description {
public:
    description(cbor::reader& in, cbor::writer& to) : in_(in), to_(to) {}

    std::string item() {
        switch (in_.peek()) {
            case type::unsigned_integer: return unsigned_integer();
            case type::negative_integer: return negative_integer();
            case type::byte_string: return byte_string();
            case type::text_string: return text_string();
            case type::array: return array();
            case type::map: return map();
            case type::tag: return tag();
            case type::floating_point: return floating_point();
            default: return simple();
        }
    }

private:
    static std::string node(const char* name, const std::string& content) {
        return std::string{"[\""} + name + "\"," + content + "]";
    }
    static std::string quoted(bytes value) { return '"' + hex(value) + '"'; }

    std::string unsigned_integer() {
        const std::uint64_t n = in_.unsigned_integer();
        to_.unsigned_integer(n);
        return node("uint", std::to_string(n));
    }
    std::string negative_integer() {
        const std::uint64_t n = in_.negative_integer();
        to_.negative_integer(n);
        return node("nint", std::to_string(n));
    }

    // A string of indefinite length is unexpected, so it is described as a whole.
    bool is_in_pieces() const {
        cbor::reader ahead = in_;
        if (ahead.peek() == type::text_string) ahead.utf8();
        else ahead.byte_string();
        return ahead.error() == cbor::read_error::unexpected;
    }
    std::string raw() {
        const bytes value = in_.item();
        to_.items(value);
        return node("raw", quoted(value));
    }
    std::string byte_string() {
        if (is_in_pieces()) return raw();
        const bytes value = in_.byte_string();
        to_.byte_string(value);
        return node("bytes", quoted(value));
    }
    std::string text_string() {
        if (is_in_pieces()) return raw();
        const bytes value = in_.utf8();
        to_.text_string(as_text(value));
        return node("text", quoted(value));
    }

    // Writes the content first, because the head in front of it needs its count.
    std::string behind(auto&& write_head, auto&& read) {
        std::vector<byte> window(100'000);
        body_writer body{window};
        cbor::writer inner{body};
        std::size_t count = 0;
        std::string content;
        for (description inside{in_, inner}; read(inside, content); ++count) {}
        write_head(count);
        to_.items(bytes{window}.first(body.size()));
        return "[" + content.substr(0, content.size() - (count == 0 ? 0 : 1)) + "]";
    }
    std::string array() {
        auto left = in_.array();
        return node("array", behind([&](std::size_t count) { to_.array(count); },
                                    [&](description& inside, std::string& content) {
                                        if (!in_.next(left)) return false;
                                        content += inside.item() + ",";
                                        return true;
                                    }));
    }
    std::string map() {
        auto left = in_.map();
        return node("map", behind([&](std::size_t count) { to_.map(count); },
                                  [&](description& inside, std::string& content) {
                                      if (!in_.next(left)) return false;
                                      const std::string key = inside.item();
                                      content += "[" + key + "," + inside.item() + "],";
                                      return true;
                                  }));
    }

    std::string tag() {
        const std::uint64_t number = in_.tag();
        to_.tag(number);
        return node("tag", std::to_string(number) + "," + item());
    }
    std::string simple() {
        const byte value = in_.simple();
        if (!in_.failed()) to_.simple(value);
        return node("simple", std::to_string(value));
    }
    std::string floating_point() {
        const double value = in_.floating_point();
        to_.floating_point(value);
        std::array<char, 17> bits{};
        std::snprintf(bits.data(), bits.size(), "%016llx",
                      static_cast<unsigned long long>(std::bit_cast<std::uint64_t>(value)));
        return node("float", std::string{'"'} + bits.data() + '"');
    }

    cbor::reader& in_;
    cbor::writer& to_;
};

const char* name(cbor::read_error error) {
    switch (error) {
        case cbor::read_error::none: return "\"none\"";
        case cbor::read_error::malformed: return "\"malformed\"";
        case cbor::read_error::unexpected: return "\"unexpected\"";
    }
    return "null";
}

template <typename Reader>
const char* skipped(bytes items) {
    Reader in{items};
    in.skip();
    return name(in.finish());
}

std::string describe(bytes items) {
    std::vector<byte> window(100'000);
    body_writer body{window};
    cbor::writer to{body};
    cbor::reader in{items};
    const std::string item = description{in, to}.item();
    const cbor::read_error error = in.finish();
    const std::string read = error == cbor::read_error::none ? item : "null";
    return std::string{"{\"error\":"} + name(error) + ",\"item\":" + read + ",\"again\":\"" +
           hex(bytes{window}.first(body.size())) + "\",\"skipped\":" + skipped<cbor::reader>(items) +
           ",\"strict\":" + skipped<cbor::deterministic_reader>(items) + "}";
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) std::cout << describe(from_hex(line)) << "\n";
}
