// The resources of TD_COAP_BLOCK_01 to 06: bodies larger than a datagram.
#pragma once

#include "core.hpp"

namespace plugtest {

// Lines of `line_size` bytes. A client that gets all of them in their order sees no gap.
inline constexpr std::size_t line_size = 64;
inline void write_lines(coap::body_writer& to, unsigned count) {
    for (unsigned line = 1; line <= count; ++line) {
        std::string text = "line " + std::to_string(line) + " of " + std::to_string(count) + ' ';
        text.resize(line_size - 1, '.');
        to.put(std::string_view{text + '\n'});
    }
}

// BLOCK_01, 02, 06
inline constexpr unsigned large_lines = 40;
inline constexpr std::uint32_t large_size = large_lines * line_size;
inline void write_large(coap::body_writer& to) { write_lines(to, large_lines); }

inline constexpr std::uint32_t capacity = 16384;
using large_store = coap::formatted_store<capacity>;

// BLOCK_03
inline constinit large_store updated{content_format::text_plain, "PUT something large here"};

// BLOCK_04: each POST creates /large-create/1 and so on. The last four are kept.
class created_bodies {
public:
    reply create(const request& r) {
        coap::block1_query query;
        if (!coap::read_block1(r, query)) return code::bad_request;
        if (query.exceeds(capacity, r)) return coap::too_large(capacity);
        const reply written = place_of(count_ + 1).write(r, query.offset(), r.payload(), query.has_more());
        if (coap::message::is_error(written.code()) || query.has_more()) return coap::block1_reply(written, query);
        return location(++count_, query);
    }
    reply read(const request& r, std::string_view number) {
        for (std::uint32_t n = count_; n != 0 && n + bodies_.size() > count_; --n)
            if (coap::text_of(n).view() == number) return show(r, place_of(n));
        return code::not_found;
    }

private:
    large_store& place_of(std::uint32_t number) { return bodies_[number % bodies_.size()]; }

    static reply show(const request& r, const large_store& body) {
        return coap::in_blocks(r, body.format(), coap::source_ref<large_store>{&body});
    }
    static reply location(std::uint32_t number, const coap::block1_query& query) {
        return {code::created, [number, query](coap::message::writer& to) {
                    to.option(coap::option::location_path, "large-create");
                    to.option(coap::option::location_path, coap::text_of(number).view());
                    if (query.is_given()) to.uint_option(coap::option::block1, query.part.encoded());
                }};
    }

    std::array<large_store, 4> bodies_{};
    std::uint32_t count_ = 0;
};
inline constinit created_bodies large_created;

// BLOCK_05: the response is the request's text in capital letters.
struct shouting_store : coap::byte_store<capacity> {
    bool read(std::uint32_t offset, coap::mutable_bytes to) const {
        if (!byte_store::read(offset, to)) return false;
        for (coap::byte& b : to)
            if (b >= 'a' && b <= 'z') b = static_cast<coap::byte>(b - 'a' + 'A');
        return true;
    }
};
inline constinit shouting_store shouted;

}  // namespace plugtest
