// Writes a SenML pack (RFC 8428) in CBOR: what is the same for all of them. See senml.hpp.
#pragma once

#include <mincoap/resource/blockwise/in_blocks.hpp>
#include <mincoap/resource/senml/senml_reading.hpp>

namespace mincoap::detail::senml {

// A record: the fields that never change, encoded, and how many are read.
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

// A record with what was read for it: bytes that are not aligned.
struct told_record {
    const record& what;
    const byte* readings;

    struct summary {
        byte fields;
        bool has_value;  // RFC 8428 §4.2: a value or a sum MUST appear
    };
    summary summarize() const {
        summary all{what.fixed_count, false};
        for (unsigned i = 0; i < what.reading_count; ++i) {
            const reading r = reading_at(readings, i);
            if (!r.is_there()) continue;
            all.fields++;
            if (r.of != label::time) all.has_value = true;
        }
        return all;
    }

    void write(cbor::writer& to) const {
        to.items(what.fixed);
        for (unsigned i = 0; i < what.reading_count; ++i) {
            const reading r = reading_at(readings, i);
            if (!r.is_there()) continue;
            write_label(r.of, to);
            r.write(r, to);
        }
    }
};

struct pack {
    std::span<const record> records;  // the base first
    const byte* readings;             // of all, one behind the other

    std::size_t count() const {
        std::size_t count = 0;
        const byte* at = readings + records[0].readings_size();
        for (const record& each : records.subspan(1)) {
            count += told_record{each, at}.summarize().has_value;
            at += each.readings_size();
        }
        return count;
    }

    // What is common to all stands in the first one that is told.
    void operator()(body_writer& body) const {
        static constexpr record nothing{};
        cbor::writer to{body};
        to.array(count());
        const record* base = records.data();
        const byte* at = readings + base->readings_size();
        for (const record& each : records.subspan(1)) {
            const told_record now{each, at};
            at += each.readings_size();
            const auto [fields, has_value] = now.summarize();
            if (!has_value) continue;
            const told_record common{*base, readings};
            to.map(std::size_t{fields} + common.summarize().fields);
            common.write(to);
            now.write(to);
            base = &nothing;
        }
    }
};

// Values that change while they are counted and written would make nonsense of the pack: so they are read before, once.
inline reply pack_reply(std::span<const record> records, std::span<const reading> now, const request& r) {
    const bytes values{reinterpret_cast<const byte*>(now.data()), now.size_bytes()};
    const generated_body body{pack{records, values.data()}};
    if (body.write.count() == 0) return code::service_unavailable;
    return in_blocks<content_format::senml_cbor>(r, body);
}

}  // namespace mincoap::detail::senml
