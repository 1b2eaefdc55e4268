// Reads arbitrary bytes as CBOR, and checks four things. The reader never leaves the bytes. Skipping an item ends at
// the same byte as walking through it by its types. An item that is written again reads as the same. The deterministic
// reader accepts exactly the items that come out of the writer unchanged.
#include <algorithm>
#include <cmath>
#include <vector>

#include <mincoap/cbor/reader.hpp>
#include <mincoap/cbor/writer.hpp>

#include "require.hpp"

namespace {

using namespace mincoap;
using cbor::read_error;
using cbor::type;

using buffer = std::vector<byte>;

constexpr unsigned deepest = 300;  // limit of this program's own recursion

// Reads an item by the functions for its types, and writes it again.
class walk {
public:
    explicit walk(cbor::reader& in) : in_(in) { written_ = item(0, 0); }

    const buffer& written() const { return written_; }

    bool is_too_deep = false;       // for this program, which then knows no more about the item
    bool has_broken_text = false;   // well-formed, but not UTF-8
    unsigned indefinite_depth = 0;  // at most

private:
    static buffer written_by(auto&& write) {
        buffer window(64);
        body_writer body{window};
        cbor::writer to{body};
        write(to);
        require(body.size() <= window.size());
        window.resize(body.size());
        return window;
    }
    static void append(buffer& to, bytes part) { to.insert(to.end(), part.begin(), part.end()); }

    buffer item(unsigned depth, unsigned indefinite) {
        if (depth > deepest) return is_too_deep = true, in_.refuse(), buffer{};
        switch (in_.peek()) {
            case type::unsigned_integer: return unsigned_integer();
            case type::negative_integer: return negative_integer();
            case type::byte_string: return string();
            case type::text_string: return text();
            case type::array: return container(depth, indefinite, in_.array(), 1, &cbor::writer::array);
            case type::map: return container(depth, indefinite, in_.map(), 2, &cbor::writer::map);
            case type::tag: return tag(depth, indefinite);
            case type::simple: return simple();
            case type::floating_point: return floating_point();
            case type::nothing: return in_.skip(), buffer{};
        }
        return {};
    }

    buffer unsigned_integer() {
        cbor::reader same = in_;
        const std::uint64_t n = in_.unsigned_integer();
        const std::int64_t integer = same.integer();
        require(same.failed() == (in_.failed() || n > INT64_MAX));
        require(same.failed() || static_cast<std::uint64_t>(integer) == n);
        return written_by([&](cbor::writer& to) { to.unsigned_integer(n); });
    }
    buffer negative_integer() {
        cbor::reader same = in_;
        const std::uint64_t n = in_.negative_integer();
        const std::int64_t integer = same.integer();
        require(same.failed() == (in_.failed() || n > INT64_MAX));
        require(same.failed() || ~static_cast<std::uint64_t>(integer) == n);
        return written_by([&](cbor::writer& to) { to.negative_integer(n); });
    }

    // In one piece, or from its chunks.
    buffer string() {
        cbor::reader ahead = in_;
        const type found = in_.peek();
        const bytes value = string_of(ahead, found);
        if (ahead.error() == read_error::unexpected) return chunks(found);
        in_ = ahead;
        return encoded_string(found, value);
    }
    buffer text() {
        cbor::reader ahead = in_;
        ahead.skip();
        cbor::reader checked = in_;
        checked.utf8();
        if (ahead.failed() || checked.error() != read_error::malformed) return string();
        has_broken_text = true;
        const bytes raw = in_.item();
        return {raw.begin(), raw.end()};
    }
    static bytes string_of(cbor::reader& from, type found) {
        return found == type::text_string ? from.utf8() : from.byte_string();
    }
    static buffer encoded_string(type found, bytes value) {
        buffer whole(value.size() + 9);
        body_writer body{whole};
        cbor::writer to{body};
        if (found == type::text_string) to.text_string(as_text(value));
        else to.byte_string(value);
        whole.resize(body.size());
        return whole;
    }
    buffer chunks(type found) {
        const bytes raw = in_.item();
        if (in_.failed()) return {};
        require(raw.size() >= 2 && raw.back() == 0xff);
        cbor::reader chunk{raw.subspan(1, raw.size() - 2)};
        buffer whole;
        while (!chunk.failed() && !chunk.at_end()) append(whole, string_of(chunk, found));
        require(chunk.error() == read_error::none || found == type::text_string);
        has_broken_text |= chunk.failed();
        return encoded_string(found, whole);
    }

    buffer container(unsigned depth, unsigned indefinite, cbor::items_left left, unsigned each, auto head) {
        if (left.is_indefinite()) indefinite_depth = std::max(indefinite_depth, ++indefinite);
        std::size_t count = 0;
        buffer inside;
        for (; in_.next(left); ++count)
            for (unsigned i = 0; i < each; ++i) append(inside, item(depth + 1, indefinite));
        buffer whole = written_by([&](cbor::writer& to) { (to.*head)(count); });
        append(whole, inside);
        return whole;
    }

    buffer tag(unsigned depth, unsigned indefinite) {
        const std::uint64_t number = in_.tag();
        buffer whole = written_by([&](cbor::writer& to) { to.tag(number); });
        append(whole, item(depth + 1, indefinite));
        return whole;
    }
    buffer simple() {
        cbor::reader same = in_;
        const byte value = in_.simple();
        const bool boolean = same.boolean();
        require(same.failed() == (in_.failed() || (value != cbor::false_value && value != cbor::true_value)));
        require(boolean == (value == cbor::true_value));
        return in_.failed() ? buffer{} : written_by([&](cbor::writer& to) { to.simple(value); });
    }
    buffer floating_point() {
        cbor::reader same = in_;
        const double value = in_.floating_point();
        const double number = same.number();
        require(same.error() == in_.error() && (number == value || std::isnan(value)));
        return written_by([&](cbor::writer& to) { to.floating_point(value); });
    }

    cbor::reader& in_;
    buffer written_;
};

bool equal(bytes a, bytes b) {
    return a.size() == b.size() && (a.empty() || equal_bytes(a.data(), b.data(), a.size()));
}

// Checks the first item, and goes on with the bytes behind it.
void skip_and_walk(bytes items) {
    cbor::reader skipping{items};
    const bytes skipped = skipping.item();
    cbor::reader walking{items};
    const walk seen{walking};
    if (seen.is_too_deep) return;

    require(skipping.failed() || skipped.data() == items.data());
    const bool is_nested_too_deep = seen.indefinite_depth > cbor::max_indefinite_depth;
    require(skipping.failed() == (walking.failed() || is_nested_too_deep));
    require(skipping.error() != read_error::unexpected || is_nested_too_deep);
    require(walking.error() != read_error::unexpected || is_nested_too_deep);
    if (skipping.failed()) return;

    cbor::reader same = skipping;
    require(same.item().data() == walking.item().data());  // both readers are at the same byte
    if (seen.has_broken_text) return;

    cbor::deterministic_reader strict{items};
    require(equal(strict.item(), skipped) == equal(seen.written(), skipped));
    require(strict.error() != read_error::unexpected);

    cbor::deterministic_reader again{seen.written()};
    require(equal(again.item(), seen.written()) && again.finish() == read_error::none);
    cbor::reader rereading{seen.written()};
    require(equal(walk{rereading}.written(), seen.written()));
}

// Each read by the wrong type fails, and every later read returns an empty value.
void read_as_every_type(bytes items) {
    const auto check = [&](bool is_taken_type, auto&& read) {
        cbor::reader in{items};
        read(in);
        require(in.failed() || is_taken_type);
        in.refuse();
        require(in.unsigned_integer() == 0 && in.integer(-2, -1) == 0 && in.byte_string().empty() && in.utf8().empty());
        require(in.array().count() == 0 && in.map().count() == 0 && !in.boolean() && in.item().empty() && !in.at_end());
        require(in.number() == 0 && in.finish() != read_error::none);
    };
    const type first = cbor::reader{items}.peek();
    check(first == type::unsigned_integer, [](auto& in) { require(in.unsigned_integer(9) <= 9); });
    check(first == type::negative_integer, [](auto& in) { require(in.negative_integer(9) <= 9); });
    check(first <= type::negative_integer, [](auto& in) {
        const std::int64_t n = in.integer(-9, 9);
        require(n >= -9 && n <= 9);
    });
    check(first == type::byte_string, [](auto& in) { require(in.byte_string(9).size() <= 9); });
    check(first == type::text_string, [](auto& in) { require(cbor::is_utf8(in.utf8(9))); });
    check(first == type::array, [&](auto& in) { require(in.array(items.size()).count() <= items.size()); });
    check(first == type::map, [&](auto& in) { require(in.map(items.size()).count() <= items.size()); });
    check(first == type::tag, [](auto& in) { in.tag(); });
    check(first == type::simple, [](auto& in) { in.simple(); });
    check(first == type::floating_point, [](auto& in) { in.floating_point(); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const bytes items{data, size};
    skip_and_walk(items);
    read_as_every_type(items);
    return 0;
}
