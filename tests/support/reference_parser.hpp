// A second parser for the format of RFC 7252 §3, which shares no code with the library. It is a state machine
// that takes one byte at a time, without pointers. The library's parser looks ahead and compares with the end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mincoap::test {

struct reference_option {
    std::uint32_t number;
    std::size_t begin;  // offset of the value in the datagram
    std::size_t length;
};

struct reference_fields {
    unsigned version = 0;
    unsigned type = 0;
    unsigned token_length = 0;
    unsigned code = 0;
    unsigned message_id = 0;
    std::size_t payload_begin = 0;
    std::size_t option_count = 0;
};

class reference_parser : public reference_fields {
public:
    enum class verdict { well_formed, too_short, unknown_version, format_error };

    static constexpr std::size_t most_options = 1500;
    std::array<reference_option, most_options> options{};  // only the first `option_count` are valid

    verdict parse(const std::uint8_t* datagram, std::size_t size) {
        static_cast<reference_fields&>(*this) = {};
        at_ = {};
        for (; at_.index < size; ++at_.index) take(datagram[at_.index]);
        if (size < 4) return verdict::too_short;
        if (version != 1) return verdict::unknown_version;
        if (at_.broken || (code == 0 && size > 4)) return verdict::format_error;
        if (at_.state == state::head) payload_begin = size;  // the datagram ends between two options
        const bool whole = at_.state == state::head || (at_.state == state::payload && payload_begin < size);
        return whole ? verdict::well_formed : verdict::format_error;
    }

private:
    enum class state { header, token, head, delta, length, value, payload };

    struct progress {
        reference_parser::state state = state::header;
        bool broken = false;
        std::size_t index = 0;
        std::uint64_t left = 0;  // bytes until the state changes
        std::uint64_t length_bytes = 0;
        std::uint64_t number = 0;
        std::uint64_t delta = 0;
        std::uint64_t length = 0;
    };

    void take(std::uint8_t b) {
        if (at_.broken) return;
        switch (at_.state) {
            case state::header: return take_header(b);
            case state::token:
                if (--at_.left == 0) at_.state = state::head;
                return;
            case state::head: return take_head(b);
            case state::delta:
                at_.delta += std::uint64_t{b} << (8 * --at_.left);
                if (at_.left == 0) begin_length();
                return;
            case state::length:
                at_.length += std::uint64_t{b} << (8 * --at_.left);
                if (at_.left == 0) begin_value(at_.index + 1);
                return;
            case state::value:
                if (--at_.left == 0) at_.state = state::head;
                return;
            case state::payload: return;
        }
    }

    void take_header(std::uint8_t b) {
        if (at_.index == 0) version = b / 64, type = b / 16 % 4, token_length = b % 16;
        if (at_.index == 1) code = b;
        if (at_.index == 2) message_id = b * 256U;
        if (at_.index != 3) return;
        message_id += b;
        at_.broken = token_length > 8;
        at_.left = token_length;
        at_.state = at_.left == 0 ? state::head : state::token;
    }

    void take_head(std::uint8_t b) {
        if (b == 0xff) {
            at_.state = state::payload;
            payload_begin = at_.index + 1;
            return;
        }
        static constexpr std::array<std::uint64_t, 16> start{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 269, 0};
        static constexpr std::array<std::uint64_t, 16> extension{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0};
        at_.broken = b / 16 == 15 || b % 16 == 15;
        at_.delta = start.at(b / 16);
        at_.length = start.at(b % 16);
        at_.length_bytes = extension.at(b % 16);
        at_.left = extension.at(b / 16);
        at_.state = state::delta;
        if (at_.left == 0) begin_length();
    }

    void begin_length() {
        at_.left = at_.length_bytes;
        at_.state = state::length;
        if (at_.left == 0) begin_value(at_.index + 1);
    }

    void begin_value(std::size_t begin) {
        at_.number += at_.delta;
        if (at_.number > 65535 || option_count == most_options) {
            at_.broken = true;
            return;
        }
        options.at(option_count++) = {static_cast<std::uint32_t>(at_.number), begin,
                                      static_cast<std::size_t>(at_.length)};
        at_.left = at_.length;
        at_.state = at_.left == 0 ? state::head : state::value;
    }

    progress at_;
};

}  // namespace mincoap::test
