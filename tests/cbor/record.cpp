// Prints how the library reads a record. For each line "<everything|changes> <lenient|deterministic> <hexadecimal
// digits>", it reads the digits into a record with its initial values. Then it prints a line with the error (none,
// malformed or unexpected) and the encoding of the record after that.
#include <iostream>
#include <string>
#include <vector>

#include <mincoap/cbor/fields.hpp>

namespace {

using namespace mincoap;

// As in test_records.py.
struct record {
    bool flag = false;
    std::uint8_t percent = 50;
    std::int16_t degrees = -3;
    bounded_text<8> text = "lamp";
    bounded_bytes<4> data;
    bounded_list<std::uint32_t, 3> list{60, 120};
    double number = 1.5;
    std::uint64_t large = 7;
};
constexpr auto record_fields =
    fields(field<1>(&record::flag), field<2>(&record::percent).max(100), field<-3>(&record::degrees).min(-40).max(85),
           field<"text">(&record::text), field<500>(&record::data), field<"l">(&record::list),
           field<7>(&record::number), field<-100>(&record::large));

std::vector<byte> from_hex(const std::string& digits) {
    std::vector<byte> value;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        value.push_back(static_cast<byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return value;
}

std::string written(const record& r) {
    std::array<byte, 128> memory{};
    body_writer body{memory};
    cbor::writer to{body};
    record_fields.encode(r, to);
    std::string digits;
    for (const byte b : bytes{memory}.first(body.size()))
        digits += {"0123456789abcdef"[b >> 4], "0123456789abcdef"[b & 15]};
    return digits;
}

cbor::read_error read(bytes map, record& to, bool is_strict, cbor::decode_as kind) {
    if (is_strict) return record_fields.decode<cbor::mode::deterministic>(map, to, kind);
    return record_fields.decode(map, to, kind);
}

const char* name(cbor::read_error error) {
    if (error == cbor::read_error::none) return "none";
    return error == cbor::read_error::malformed ? "malformed" : "unexpected";
}

}  // namespace

int main() {
    std::string kind;
    std::string mode;
    for (std::string line; std::cin >> kind >> mode && std::getline(std::cin, line);) {
        record r;
        const std::vector<byte> map = from_hex(line.substr(1));
        const auto error =
            read(map, r, mode == "deterministic", kind == "whole" ? cbor::decode_as::whole : cbor::decode_as::patch);
        std::cout << name(error) << ' ' << written(r) << '\n';
    }
}
