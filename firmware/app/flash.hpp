// The board's flash, which a factory fills: the first page has keys, and the two others have the
// number of the start.
#pragma once

#include <array>
#include <bit>
#include <charconv>
#include <span>

#include <mincoap/security/mac.hpp>

#include "../../examples/flash_numbers.hpp"
#include "board.hpp"
#include "words.hpp"

namespace firmware {

struct number_pages {
    static constexpr std::size_t page_words = board::flash_page_words;

    std::uint32_t word(unsigned page, std::size_t at) const { return board::flash_word(1 + page, at); }
    void erase(unsigned page) { board::erase_flash(1 + page); }
    void program(unsigned page, std::size_t at, std::uint32_t value) { board::program_flash(1 + page, at, value); }
};
inline constinit number_pages pages;
inline constinit example::flash_numbers numbers{pages};

// Keys are whole words of the first page.
template <typename Keys>
using words_of = std::array<std::uint32_t, sizeof(Keys) / sizeof(std::uint32_t)>;

template <typename Keys>
Keys read_keys() {
    words_of<Keys> words;
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = board::flash_word(0, i);
    return std::bit_cast<Keys>(words);
}

// Writes keys to a board without keys. Number 0 comes last: until then, the board has no keys.
template <typename Keys>
void write_keys(const Keys& given) {
    const auto words = std::bit_cast<words_of<Keys>>(given);
    board::erase_flash(0);
    for (std::size_t i = 0; i < words.size(); ++i) board::program_flash(0, i, words[i]);
    if (std::bit_cast<words_of<Keys>>(read_keys<Keys>()) != words || !numbers.begin())
        board::print("the flash is worn out\n");
}

// Returns the value of an option of this start, such as secret=; empty if there is none.
inline std::string_view option(std::string_view name) {
    for (halves next = split(board::options(), ' '); !next.before.empty(); next = split(next.after, ' '))
        if (next.before.starts_with(name)) return behind(next.before, name.size());
    return {};
}

// Reads an option in hexadecimal. Returns false if it does not have exactly this many bytes.
inline bool read_option(std::string_view name, std::span<mincoap::byte> to) {
    const std::string_view digits = option(name);
    if (digits.size() != 2 * to.size()) return false;
    const char* at = digits.data();
    for (mincoap::byte& b : to) {
        if (std::from_chars(at, at + 2, b, 16).ptr != at + 2) return false;
        at += 2;
    }
    return true;
}

// Returns a number that no start of this board has had before; none without keys. Call it once in
// each start.
inline std::optional<std::uint64_t> number_of_start() {
    const std::optional<std::uint64_t> first = numbers.first();
    if (first && numbers.reserve({}, *first + mincoap::security::oscore::reserved_at_once)) return first;
    return std::nullopt;
}

// Returns a value for this start, which an attacker without the secret cannot predict. Other
// purposes have other values.
template <typename Cipher>
std::array<mincoap::byte, 32> derive(mincoap::bytes secret, std::uint64_t number, std::string_view purpose) {
    const auto of_start = std::bit_cast<std::array<mincoap::byte, sizeof number>>(number);
    const mincoap::bytes pieces[] = {of_start,
                                     {reinterpret_cast<const mincoap::byte*>(purpose.data()), purpose.size()}};
    std::array<mincoap::byte, 32> made;
    Cipher::hmac(secret, pieces, made.data());
    return made;
}

// Changes the guard's key in each start. A board without a source of random numbers may draw the
// same key twice. A replay of a request with an Echo option from an earlier start would pass then.
template <typename Cipher>
void stir(mincoap::security::key& key, mincoap::bytes secret, std::uint64_t number) {
    const auto made = std::bit_cast<std::array<std::uint32_t, 8>>(derive<Cipher>(secret, number, "guard"));
    for (std::size_t i = 0; i < key.size(); ++i) key[i] ^= made[i];
}

}  // namespace firmware
