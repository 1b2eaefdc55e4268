// Sequence numbers of one security context in two pages of flash: a storage for `kept_contexts`.
// The firmware uses it, see firmware/app/keys.hpp.
//
//     struct number_pages {                                   // of your board
//         static constexpr std::size_t page_words = 256;
//         std::uint32_t word(unsigned page, std::size_t at) const;
//         void erase(unsigned page);                          // all its bits are one afterwards
//         void program(unsigned page, std::size_t at, std::uint32_t value);  // clears the bits that are 0
//     };
//     static number_pages pages;
//     static example::flash_numbers numbers{pages};
//     const auto first = numbers.first();
//     if (!first || !peers.restore<cipher>(keys, *first)) ...  // no keys
//
// Each number that is kept is a record of two words, the number / 64 and its complement, in the
// first erased place of a page. The largest one counts. Once the page is full, the other page is
// erased and used. So the record that counts is never in the page that is being erased. A record
// whose write was interrupted has no complement and does not count: no message has used its numbers
// yet.
//
// Erased flash has no record. It is not number 0: the device may have had keys before. Only `begin`
// writes number 0, in the factory, and only for keys that are new.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include <mincoap/security/oscore/contexts.hpp>

namespace example {

// Two pages, 0 and 1, of `page_words` words. See above.
template <typename F>
concept two_pages = requires(F& flash, const F& as_is, unsigned page, std::size_t at, std::uint32_t value) {
    requires F::page_words >= 2;
    { as_is.word(page, at) } -> std::same_as<std::uint32_t>;
    flash.erase(page);
    flash.program(page, at, value);
};

template <two_pages Flash>
class flash_numbers {
public:
    // The flash must outlive this object.
    constexpr explicit flash_numbers(Flash& flash) : flash_(flash) {}

    // Returns the number that is kept. Returns none if the flash has no record: the device has no
    // keys, or their numbers are lost, and it must not use them.
    std::optional<std::uint64_t> first() const {
        const std::optional<record> kept = latest();
        return kept ? std::optional{std::uint64_t{kept->count} * unit} : std::nullopt;
    }

    // Erases both pages and writes number 0. Call it once, for a new device with new keys. Returns
    // true once the number is kept.
    [[nodiscard]] bool begin() {
        flash_.erase(0);
        flash_.erase(1);
        return write({0, 0, 0});
    }

    // Keeps a number of the one context. Returns true once it is kept. Returns false if the flash
    // does not hold it, if `begin` was never called, or at 2^38, where the numbers of this storage
    // end.
    [[nodiscard]] bool reserve(const mincoap::security::oscore::context& /*of*/, std::uint64_t number) {
        const std::uint64_t count = (number + unit - 1) / unit;
        const std::optional<record> kept = latest();
        if (!kept || count >= erased) return false;
        return count <= kept->count || write(behind(*kept, static_cast<std::uint32_t>(count)));
    }

private:
    static constexpr std::uint32_t unit = mincoap::security::oscore::reserved_at_once;
    static constexpr std::uint32_t erased = ~std::uint32_t{0};
    static constexpr std::size_t records = Flash::page_words / 2;

    struct record {
        unsigned page;
        std::size_t index;
        std::uint32_t count;
    };

    std::uint32_t count_at(unsigned page, std::size_t index) const { return flash_.word(page, 2 * index); }
    std::uint32_t complement_at(unsigned page, std::size_t index) const { return flash_.word(page, 2 * index + 1); }

    bool is_record(unsigned page, std::size_t index) const {
        return complement_at(page, index) == ~count_at(page, index);
    }
    bool is_erased(unsigned page, std::size_t index) const {
        return count_at(page, index) == erased && complement_at(page, index) == erased;
    }

    std::optional<record> latest() const {
        std::optional<record> found;
        for (const unsigned page : {0U, 1U})
            for (std::size_t i = 0; i < records; ++i)
                if (is_record(page, i) && (!found || count_at(page, i) > found->count))
                    found = record{page, i, count_at(page, i)};
        return found;
    }

    // Returns the place for the next record.
    record behind(const record& kept, std::uint32_t count) {
        for (std::size_t i = kept.index + 1; i < records; ++i)
            if (is_erased(kept.page, i)) return {kept.page, i, count};
        const unsigned other = 1 - kept.page;
        flash_.erase(other);
        return {other, 0, count};
    }

    // Reads it again, since flash wears out.
    bool write(const record& r) {
        flash_.program(r.page, 2 * r.index, r.count);
        flash_.program(r.page, 2 * r.index + 1, ~r.count);
        return is_record(r.page, r.index) && count_at(r.page, r.index) == r.count;
    }

    Flash& flash_;
};

}  // namespace example
