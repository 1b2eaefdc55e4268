// As much of CBOR (RFC 8949) as a record of plain values takes: unsigned numbers, texts, arrays, maps, true and false.
#pragma once

#include <mincoap/message/writer.hpp>

#include "utf8.hpp"

namespace demo {

// RFC 8949 §3.1.
enum class cbor_major : unsigned { unsigned_number = 0, text = 3, array = 4, map = 5, simple = 7 };

inline constexpr std::uint64_t cbor_false = 20;
inline constexpr std::uint64_t cbor_true = 21;

// Reads item by item. What is not there, not well-formed or of another type than asked for makes the reader fail; it
// stays so, and reads zeros. Items of indefinite length are not taken, nor is a text that is not UTF-8.
class cbor_reader {
public:
    constexpr explicit cbor_reader(mincoap::bytes items) : rest_(items) {}

    constexpr std::uint64_t unsigned_number() { return head(cbor_major::unsigned_number); }

    // How many items, or pairs of a key and a value, follow.
    constexpr std::uint64_t array() { return head(cbor_major::array); }
    constexpr std::uint64_t map() { return head(cbor_major::map); }

    constexpr bool boolean() {
        if (rest_.empty() || (rest_[0] != simple_head(cbor_false) && rest_[0] != simple_head(cbor_true)))
            return fail() != 0;
        return take(1)[0] == simple_head(cbor_true);
    }

    constexpr mincoap::bytes text() {
        const mincoap::bytes value = take(head(cbor_major::text));
        if (!is_utf8(value)) fail();
        return value;
    }

    constexpr bool failed() const { return failed_; }

    // All was read, and nothing failed.
    constexpr bool at_end() const { return !failed_ && rest_.empty(); }

private:
    static constexpr mincoap::byte simple_head(std::uint64_t value) {
        return static_cast<mincoap::byte>(static_cast<unsigned>(cbor_major::simple) << 5 | value);
    }

    // The head of an item: its type in 3 bits, and in 5 its argument, or 24 to 27 for one in the 1, 2, 4, 8 bytes
    // behind it (RFC 8949 §3).
    constexpr std::uint64_t head(cbor_major expected) {
        if (rest_.empty() || rest_[0] >> 5 != static_cast<unsigned>(expected)) return fail();
        const unsigned argument = take(1)[0] & 31U;
        if (argument < 24) return argument;
        if (argument > 27) return fail();
        std::uint64_t number = 0;
        for (const mincoap::byte b : take(std::uint64_t{1} << (argument - 24))) number = number << 8 | b;
        return number;
    }

    constexpr mincoap::bytes take(std::uint64_t count) {
        if (count > rest_.size()) return fail(), mincoap::bytes{};
        const mincoap::bytes taken = rest_.first(static_cast<std::size_t>(count));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }

    constexpr std::uint64_t fail() {
        rest_ = {};
        failed_ = true;
        return 0;
    }

    mincoap::bytes rest_;
    bool failed_ = false;
};

// Appends items to the payload of a message, in their shortest form.
class cbor_writer {
public:
    explicit cbor_writer(mincoap::message::writer& to) : to_(to) {}

    void unsigned_number(std::uint64_t number) { head(cbor_major::unsigned_number, number); }
    void boolean(bool value) { head(cbor_major::simple, value ? cbor_true : cbor_false); }
    void array(std::size_t count) { head(cbor_major::array, count); }
    void map(std::size_t count) { head(cbor_major::map, count); }
    void text(std::string_view value) {
        head(cbor_major::text, value.size());
        to_.payload(value);
    }

private:
    void head(cbor_major type, std::uint64_t argument) {
        const unsigned high = static_cast<unsigned>(type) << 5;
        if (argument < 24) return put(high | static_cast<unsigned>(argument));
        unsigned log_size = 0;  // the argument takes 2^log_size bytes
        while (log_size < 3 && argument >> (8U << log_size) != 0) ++log_size;
        put(high | (24 + log_size));
        for (unsigned left = 1U << log_size; left-- != 0;) put(static_cast<unsigned>(argument >> 8 * left & 0xff));
    }

    void put(unsigned value) {
        const auto b = static_cast<mincoap::byte>(value);
        to_.payload(mincoap::bytes{&b, 1});
    }

    mincoap::message::writer& to_;
};

}  // namespace demo
