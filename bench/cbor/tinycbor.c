#include "record.h"

#include <cbor.h>

static bool get_uint(CborValue* it, uint64_t* n) {
    return cbor_value_is_unsigned_integer(it) && cbor_value_get_uint64(it, n) == CborNoError &&
           cbor_value_advance_fixed(it) == CborNoError;
}

static bool get_uint32(CborValue* it, uint32_t* to) {
    uint64_t n;
    if (!get_uint(it, &n) || n > UINT32_MAX) return false;
    *to = (uint32_t)n;
    return true;
}

static bool get_bool(CborValue* it, bool* to) {
    return cbor_value_is_boolean(it) && cbor_value_get_boolean(it, to) == CborNoError &&
           cbor_value_advance_fixed(it) == CborNoError;
}

static bool get_name(CborValue* it, struct record* to) {
    to->name_size = sizeof to->name;
#ifdef CHECKED
    if (cbor_value_validate(it, CborValidateUtf8) != CborNoError) return false;
#endif
    return cbor_value_is_text_string(it) &&
           cbor_value_copy_text_string(it, to->name, &to->name_size, it) == CborNoError;
}

static bool get_numbers(CborValue* it, struct record* to) {
    CborValue numbers;
    to->count = 0;
    if (!cbor_value_is_array(it) || cbor_value_enter_container(it, &numbers) != CborNoError) return false;
    while (!cbor_value_at_end(&numbers))
        if (to->count == 16 || !get_uint32(&numbers, &to->numbers[to->count++])) return false;
    return cbor_value_leave_container(it, &numbers) == CborNoError;
}

static bool get_field(CborValue* it, struct record* to) {
    uint64_t key;
    if (!get_uint(it, &key)) return false;
    switch (key) {
        case 0: return get_bool(it, &to->on);
        case 1: return get_uint32(it, &to->level);
        case 2: return get_name(it, to);
        case 3: return get_numbers(it, to);
        default: return cbor_value_advance(it) == CborNoError;
    }
}

bool decode(const uint8_t* data, size_t size, struct record* to) {
    CborParser parser;
    CborValue map;
    CborValue it;
    if (cbor_parser_init(data, size, 0, &parser, &map) != CborNoError || !cbor_value_is_map(&map)) return false;
    if (cbor_value_enter_container(&map, &it) != CborNoError) return false;
    while (!cbor_value_at_end(&it))
        if (!get_field(&it, to)) return false;
    return cbor_value_leave_container(&map, &it) == CborNoError && cbor_value_get_next_byte(&map) == data + size;
}

size_t encode(const struct record* from, uint8_t* data, size_t size) {
    CborEncoder to;
    CborEncoder map;
    CborEncoder numbers;
    cbor_encoder_init(&to, data, size, 0);
    cbor_encoder_create_map(&to, &map, 4);
    cbor_encode_uint(&map, 0);
    cbor_encode_boolean(&map, from->on);
    cbor_encode_uint(&map, 1);
    cbor_encode_uint(&map, from->level);
    cbor_encode_uint(&map, 2);
    cbor_encode_text_string(&map, from->name, from->name_size);
    cbor_encode_uint(&map, 3);
    cbor_encoder_create_array(&map, &numbers, from->count);
    for (size_t i = 0; i < from->count; ++i) cbor_encode_uint(&numbers, from->numbers[i]);
    cbor_encoder_close_container(&map, &numbers);
    const CborError error = cbor_encoder_close_container(&to, &map);
    return error == CborNoError ? cbor_encoder_get_buffer_size(&to, data) : 0;
}
