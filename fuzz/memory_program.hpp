// The input of fuzz/memory.cpp as a program, and the requests that it builds from a few bytes.
#pragma once

#include "memory_site.hpp"
#include "memory_wire.hpp"

namespace mincoap::fuzz {

// Reads the input byte by byte, and zeros behind its end.
class program {
public:
    explicit program(bytes input) : rest_(input) {}

    bool is_over() const { return rest_.empty(); }
    unsigned next() {
        if (rest_.empty()) return 0;
        const byte first = rest_[0];
        rest_ = rest_.subspan(1);
        return first;
    }
    bytes next(std::size_t count) {
        const bytes some = rest_.first(std::min(count, rest_.size()));
        rest_ = rest_.subspan(some.size());
        return some;
    }

private:
    bytes rest_;
};

// A request, by four bytes:
//     sender    bits 0 and 1: the client, bits 2 and 3: the server's address, bit 4: Non-confirmable, bit 5: with the
//               Echo option that the client was given last, bit 6: by multicast, bit 7: Observe is 2
//     target    bits 0 to 2: the path, bits 3 to 5: the method, bit 6: Observe is 1, bit 7: Observe is 0
//     extras    bits 0 and 1: Block2, bits 2 to 4: No-Response, bit 5: If-Match, bit 6: If-None-Match, bit 7: ETag
//     naming    bits 0 and 1: the token's length, bits 2 and 3: its content, bits 4 to 7: the payload
struct wish {
    unsigned sender, target, extras, naming;

    explicit wish(program& p) : sender(p.next()), target(p.next()), extras(p.next()), naming(p.next()) {}
    wish(unsigned of_sender, unsigned of_target, unsigned of_extras, unsigned of_naming)
        : sender(of_sender), target(of_target), extras(of_extras), naming(of_naming) {}

    std::size_t peer() const { return sender & 3; }
    bool is_multicast() const { return (sender & 0x40) != 0; }
    bool has_echo() const { return (sender & 0x20) != 0; }
    char path() const { return "rcbwsflz"[target & 7]; }
    code method() const {
        constexpr code methods[] = {code::get,  code::get, code::get,     code::fetch,
                                    code::post, code::put, code::delete_, code::patch};
        return methods[target >> 3 & 7];
    }
    std::vector<byte> token() const {
        constexpr std::size_t sizes[] = {0, 1, 2, 8};
        return std::vector<byte>(sizes[naming & 3], static_cast<byte>(0xa0 + (naming >> 2 & 3)));
    }
};

inline void put_bytes(message::writer& to, option number, const std::vector<byte>& value) {
    to.option(number, bytes{value});
}

inline datagram request_of(const wish& w, std::uint16_t id, const std::vector<byte>& echo, std::uint32_t tag_of_body) {
    std::array<byte, 128> buffer;
    const std::vector<byte> token = w.token();
    const auto type = (w.sender & 0x10) != 0 ? message::type::non_confirmable : message::type::confirmable;
    message::writer to{buffer, type, w.method(), id, token};
    const char path = w.path();
    const std::uint32_t tag = tag_of_guarded().number();
    if ((w.extras & 0x20) != 0) to.uint_option(option::if_match, (w.naming & 0x40) != 0 ? tag : 0);
    if ((w.extras & 0x80) != 0) to.uint_option(option::etag, path == 'b' ? tag_of_body : tag);
    if ((w.extras & 0x40) != 0) to.option(option::if_none_match, bytes{});
    if ((w.target & 0x80) != 0) to.uint_option(option::observe, 0);
    else if ((w.target & 0x40) != 0) to.uint_option(option::observe, 1);
    else if ((w.sender & 0x80) != 0) to.uint_option(option::observe, 2);
    to.option(option::uri_path, std::string_view{&path, 1});
    constexpr unsigned blocks[] = {0, 0, 1, 0x12};
    if ((w.extras & 3) != 0) to.uint_option(option::block2, blocks[w.extras & 3]);
    if (!echo.empty()) put_bytes(to, option::echo, echo);
    constexpr unsigned unwanted[] = {0, 0, 0, 0, 2, 8, 16, 26};
    if ((w.extras >> 2 & 7) > 3) to.uint_option(option::no_response, unwanted[w.extras >> 2 & 7]);
    if (w.method() != code::get) to.payload(std::string_view{"1234567890123456"}.substr(0, w.naming >> 4 & 7));
    return {w.peer(), locals[w.sender >> 2 & 3], {to.written().begin(), to.written().end()}, w.is_multicast()};
}

// An Empty Acknowledgement or Reset.
inline datagram empty_message(std::size_t peer, const net::endpoint& local, unsigned type, std::uint16_t id) {
    return {peer,
            local,
            {static_cast<byte>(0x40 + type * 16), 0, static_cast<byte>(id >> 8), static_cast<byte>(id)},
            false};
}

}  // namespace mincoap::fuzz
