// Collects the facts that every request needs from its options, while the message is parsed.
#pragma once

#include <array>

#include <mincoap/handler/request.hpp>

namespace mincoap::detail {

// The lengths that critical options may have, by `critical_index`: the maximum in the lower 15
// bits, the minimum, 0 or 1, in the highest bit. The last entry is for all unknown options, which
// may have any length that fits 15 bits.
inline constexpr auto critical_lengths = [] {
    std::array<std::uint16_t, critical_index(0xffff) + 1> lengths{};
    for (unsigned i = 0; i < lengths.size(); ++i) {
        const message::option_properties p = message::properties_of(static_cast<option>(2 * i + 1));
        lengths[i] = static_cast<std::uint16_t>(p.min_length << 15 | (p.max_length & 0x7fff));
    }
    return lengths;
}();

// The critical options that must not be repeated.
inline constexpr option_set critical_once = [] {
    option_set once = 0;
    for (const message::option_properties& p : message::option_table)
        if (is_critical(p.number) && !p.repeatable) once |= set_of(p.number);
    return once;
}();

constexpr bool is_block(option number) { return number == option::block1 || number == option::block2; }

// Returns true if the Block option names the first block, of up to 1,024 bytes, with no more to
// follow (RFC 7959 §2.2). A resource without blocks can serve that. In Block2 of a request, M has
// no meaning and is 0.
[[nodiscard]] constexpr bool is_first_alone(std::uint32_t block) { return block <= message::block::max_size_exponent; }

// Adds a critical option to the set. An option with a forbidden length or repetition counts as an
// unrecognised one (RFC 7252 §5.4.3, §5.4.5).
[[gnu::always_inline]] constexpr void collect_critical(option_set& to, const message::option_view& o) {
    unsigned index = critical_index(number_of(o.number));
    const unsigned allowed = critical_lengths[index];
    const option_set repeated = to & option_set{1} << index & critical_once;
    const std::size_t length = o.value.size();
    if (repeated != 0 || length > (allowed & 0x7fff) || length < allowed >> 15) index = malformed_index;
    to |= option_set{1} << index;
}

// The demand that belongs to a Block option: `later_block` or `part_of_body`.
constexpr option_set demand_of(unsigned number) { return option_set{1} << (number / 2 + demand_distance); }

// Replaces block_options in the exchange of a site without blocks.
struct no_block_options {};

constexpr bool is_for_blocks(unsigned number) {
    constexpr std::uint32_t all = 1U << number_of(option::etag) | 1U << number_of(option::block2) |
                                  1U << number_of(option::block1) | 1U << number_of(option::size2);
    return number < 32 && (all >> number & 1) != 0;
}
[[gnu::noinline]] constexpr void collect_for_blocks(request& to, block_options& blocks, const message::option_view& o,
                                                    const byte* begin) {
    if (o.number == option::etag) {
        if (blocks.etags_begin == nullptr) blocks.etags_begin = begin;
        blocks.etags_end = o.value.data() + o.value.size();
    } else if (o.number == option::size2) {
        if (o.value.size() <= 4) blocks.has_size2 = true;
    } else if (is_block(o.number)) {
        const std::uint32_t value = o.uint();
        if (!is_first_alone(value)) to.critical_options |= demand_of(number_of(o.number));
        (o.number == option::block2 ? blocks.block2 : blocks.block1) = value | has_block;
    }
}

// Records an option in the request and in its block options, which are `no_block_options` for a
// site without blocks. `begin` points to the encoded option.
[[gnu::always_inline]] constexpr void collect(request& to, auto& blocks, const message::option_view& o,
                                              const byte* begin) {
    const unsigned number = number_of(o.number);
    if constexpr (std::same_as<decltype(blocks), block_options&>) {
        if (is_for_blocks(number)) collect_for_blocks(to, blocks, o, begin);
    } else if (is_block(o.number)) {
        if (!is_first_alone(o.uint())) to.critical_options |= demand_of(number);
    }
    if (number % 2 != 0) collect_critical(to.critical_options, o);
    if (number == number_of(option::uri_path)) {
        if (to.path_begin == nullptr) to.path_begin = begin;
        to.path_end = o.value.data() + o.value.size();
    } else if (number == number_of(option::accept) || number == number_of(option::content_format)) {
        format_option& format = number == number_of(option::accept) ? to.accept : to.content_format;
        if (o.value.size() <= 2 && format.is_absent()) format = format_option{o.uint()};
    }
}

}  // namespace mincoap::detail
