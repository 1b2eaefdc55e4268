#include <cbor.h>
#include <string.h>

#include "record.h"

static bool get_uint32(const cbor_item_t* item, uint32_t* to) {
    if (!cbor_isa_uint(item) || cbor_get_int(item) > UINT32_MAX) return false;
    *to = (uint32_t)cbor_get_int(item);
    return true;
}

static bool get_bool(const cbor_item_t* item, bool* to) {
    if (!cbor_isa_float_ctrl(item) || !cbor_is_bool(item)) return false;
    *to = cbor_get_bool(item);
    return true;
}

static bool get_name(const cbor_item_t* item, struct record* to) {
    if (!cbor_isa_string(item) || !cbor_string_is_definite(item)) return false;
    to->name_size = cbor_string_length(item);
    if (to->name_size > sizeof to->name) return false;
    memcpy(to->name, cbor_string_handle(item), to->name_size);
    return true;
}

static bool get_numbers(const cbor_item_t* item, struct record* to) {
    if (!cbor_isa_array(item) || cbor_array_size(item) > 16) return false;
    to->count = cbor_array_size(item);
    for (size_t i = 0; i < to->count; ++i)
        if (!get_uint32(cbor_array_handle(item)[i], &to->numbers[i])) return false;
    return true;
}

static bool get_field(const struct cbor_pair* field, struct record* to) {
    uint32_t key;
    if (!get_uint32(field->key, &key)) return false;
    switch (key) {
        case 0: return get_bool(field->value, &to->on);
        case 1: return get_uint32(field->value, &to->level);
        case 2: return get_name(field->value, to);
        case 3: return get_numbers(field->value, to);
        default: return true;
    }
}

bool decode(const uint8_t* data, size_t size, struct record* to) {
    struct cbor_load_result result;
    cbor_item_t* map = cbor_load(data, size, &result);
    if (map == NULL) return false;
    bool taken = result.read == size && cbor_isa_map(map);
    for (size_t i = 0; taken && i < cbor_map_size(map); ++i) taken = get_field(&cbor_map_handle(map)[i], to);
    cbor_decref(&map);
    return taken;
}

static bool add(cbor_item_t* map, uint8_t key, cbor_item_t* value) {
    return cbor_map_add(map, (struct cbor_pair){cbor_move(cbor_build_uint8(key)), cbor_move(value)});
}

// libcbor keeps the width that an item is built with, so the caller has to choose the shortest one.
static cbor_item_t* build_uint(uint32_t n) {
    return n <= UINT8_MAX    ? cbor_build_uint8((uint8_t)n)
           : n <= UINT16_MAX ? cbor_build_uint16((uint16_t)n)
                             : cbor_build_uint32(n);
}

size_t encode(const struct record* from, uint8_t* data, size_t size) {
    cbor_item_t* map = cbor_new_definite_map(4);
    cbor_item_t* numbers = cbor_new_definite_array(from->count);
    for (size_t i = 0; i < from->count; ++i) (void)!cbor_array_push(numbers, cbor_move(build_uint(from->numbers[i])));
    const bool added = add(map, 0, cbor_build_bool(from->on)) && add(map, 1, build_uint(from->level)) &&
                       add(map, 2, cbor_build_stringn(from->name, from->name_size)) && add(map, 3, numbers);
    const size_t written = added ? cbor_serialize(map, data, size) : 0;
    cbor_decref(&map);
    return written;
}
