// Writes a SenML pack (RFC 8428) in CBOR. All packs share this code. See senml.hpp.
#pragma once

#include <mincoap/resource/blockwise/in_blocks.hpp>
#include <mincoap/resource/senml/senml_reading.hpp>

namespace mincoap::detail::senml {

// A record: its fields that never change, encoded, and the number of fields that are read for each
// request.
struct record {
    bytes fixed;
    byte fixed_count = 0;
    byte reading_count = 0;

    constexpr std::size_t readings_size() const { return reading_count * sizeof(reading); }
};

inline reading reading_at(const byte* readings, unsigned index) {
    reading r;
    copy_bytes(readings + index * sizeof r, sizeof r, reinterpret_cast<byte*>(&r));
    return r;
}

// A record and the values that were read for it. Their bytes are not aligned.
struct record_with_values {
    const record& fields;
    const byte* readings;

    struct summary {
        byte field_count;
        bool has_value;  // RFC 8428 §4.2: a value or a sum MUST appear
    };
    summary summarize() const {
        summary all{fields.fixed_count, false};
        for (unsigned i = 0; i < fields.reading_count; ++i) {
            const reading r = reading_at(readings, i);
            if (!r.is_there()) continue;
            all.field_count++;
            if (r.of != label::time) all.has_value = true;
        }
        return all;
    }

    void write(cbor::writer& to) const {
        to.items(fields.fixed);
        for (unsigned i = 0; i < fields.reading_count; ++i) {
            const reading r = reading_at(readings, i);
            if (!r.is_there()) continue;
            write_label(r.of, to);
            r.write(r, to);
        }
    }
};

struct pack {
    std::span<const record> records;  // the first one has the base fields
    const byte* readings;             // the values of all records, one after the other

    // The number of records that have a value now.
    [[nodiscard]] std::size_t count() const {
        std::size_t count = 0;
        const byte* at = readings + records[0].readings_size();
        for (const record& each : records.subspan(1)) {
            count += record_with_values{each, at}.summarize().has_value;
            at += each.readings_size();
        }
        return count;
    }

    // Writes the records that have a value now. The first of them carries the base fields.
    void operator()(body_writer& body) const {
        static constexpr record nothing{};
        cbor::writer to{body};
        to.array(count());
        const record* base = records.data();
        const byte* at = readings + base->readings_size();
        for (const record& each : records.subspan(1)) {
            const record_with_values now{each, at};
            at += each.readings_size();
            const auto [field_count, has_value] = now.summarize();
            if (!has_value) continue;
            const record_with_values common{*base, readings};
            to.map(std::size_t{field_count} + common.summarize().field_count);
            common.write(to);
            now.write(to);
            base = &nothing;
        }
    }
};

// The response with the pack, or 5.03 if no record has a value. The caller reads all values once,
// before this call, because a value that changed between counting and writing would corrupt the
// pack.
inline reply pack_reply(std::span<const record> records, std::span<const reading> now, const request& r) {
    const bytes values{reinterpret_cast<const byte*>(now.data()), now.size_bytes()};
    const generated_body body{pack{records, values.data()}};
    if (body.write.count() == 0) return code::service_unavailable;
    return in_blocks<content_format::senml_cbor>(r, body);
}

}  // namespace mincoap::detail::senml
