#include "record.h"

#include <mincoap/cbor/reader.hpp>
#include <mincoap/cbor/writer.hpp>

using namespace mincoap;

static std::uint32_t uint32(cbor::reader& in) { return static_cast<std::uint32_t>(in.unsigned_integer(UINT32_MAX)); }

static void decode_name(cbor::reader& in, record& to) {
    const std::string_view name = in.text_string(sizeof to.name);
    to.name_size = name.size();
    copy_bytes(name.data(), name.size(), to.name);
}

static void decode_numbers(cbor::reader& in, record& to) {
    to.count = 0;
    for (auto left = in.array(16); in.next(left);) to.numbers[to.count++] = uint32(in);
}

bool decode(const uint8_t* data, size_t size, record* to) {
    cbor::reader in{bytes{data, size}};
    for (auto fields = in.map(); in.next(fields);) {
        switch (in.unsigned_integer()) {
            case 0: to->on = in.boolean(); break;
            case 1: to->level = uint32(in); break;
            case 2: decode_name(in, *to); break;
            case 3: decode_numbers(in, *to); break;
            default: in.skip();
        }
    }
    return in.finish() == cbor::read_error::none;
}

size_t encode(const record* from, uint8_t* data, size_t size) {
    body_writer body{mutable_bytes{data, size}};
    cbor::writer to{body};
    to.map(4);
    to.unsigned_integer(0), to.boolean(from->on);
    to.unsigned_integer(1), to.unsigned_integer(from->level);
    to.unsigned_integer(2), to.text_string({from->name, from->name_size});
    to.unsigned_integer(3), to.array(from->count);
    for (size_t i = 0; i < from->count; ++i) to.unsigned_integer(from->numbers[i]);
    return body.size() <= size ? body.size() : 0;
}
