// hello.cpp written by hand as one function, without mincoap: the same rules, and no layer between them. It shows the
// cost of each rule (see costs.py), and the overhead of the library.
#include <cstdint>
#include <cstring>

extern "C" {
struct arrival {
    unsigned size;
    bool multicast, truncated;
    std::uint8_t path[48];
};
enum status : std::uint8_t { done, would_block, failed };
status radio_receive(std::uint8_t* storage, unsigned size, arrival* in);
status radio_send(const std::uint8_t* datagram, unsigned size, const void* route);
}

namespace {

bool led;
std::uint8_t datagram[1152];
arrival in;
unsigned reply_size;
std::uint16_t next_id;

struct request {
    const std::uint8_t* payload;
    unsigned payload_size;
};
struct reply {
    std::uint8_t code, format;  // the Content-Format option, 0 for none
    const char* text;
    unsigned size;
};
struct row {
    const std::uint8_t* path;
    std::uint8_t path_size, rest_size, methods;
    std::uint16_t produces, consumes;
    std::uint32_t understands;
    void (*serve)(reply&, const request&);
};

void get_hello(reply& r, const request&) { r = {0x45, 0xc0, "Hello CoAP", 10}; }
void get_led(reply& r, const request&) { r = {0x45, 0xc0, led ? "1" : "0", 1}; }
void put_led(reply& r, const request& q) {
    r.format = 0;
    r.code = 0x80;
    if (q.payload_size != 1 || (q.payload[0] | 1) != '1') return;
    led = q.payload[0] == '1';
    r.code = 0x44;
}

constexpr std::uint32_t everywhere = 1 << 1 | 1 << 3 | 1 << 5 | 1 << 8;  // Uri-Host, Uri-Port, Uri-Path, Accept
constexpr std::uint8_t hello_path[] = "\5hello";
constexpr std::uint8_t led_path[] = "\3led";
constexpr row rows[] = {
    {hello_path, 6, 0, 1 << 1, 1, 0, everywhere, get_hello},
    {led_path, 4, 0, 1 << 1, 1, 0, everywhere, get_led},
    {led_path, 4, 0, 1 << 3, 0, 1, everywhere, put_led},
};

#ifndef WITHOUT_LENGTHS
constexpr std::uint16_t lengths[] = {8, 0x80ff, 0, 2,      255, 255,    0x7fff, 255,    2,      3,     0,
                                     3, 0x7fff, 3, 0x7fff, 3,   0x7fff, 0x840a, 0x7fff, 0x80ff, 0x7fff};
#endif
#ifndef WITHOUT_REPETITION
constexpr std::uint32_t once = 0x000a2f1e;
#endif

unsigned extended(unsigned nibble, const std::uint8_t*& at, const std::uint8_t* end) {
    if (nibble < 13) return nibble;
    if (nibble == 15 || nibble - 12 > static_cast<unsigned>(end - at)) return ~0U;
    const unsigned first = *at++;
    if (nibble == 13) return first + 13;
    return 269 + (first << 8 | *at++);
}

unsigned respond() {
    const unsigned token_end = 4 + (datagram[0] & 15U);
    const std::uint8_t* at = datagram + token_end;
    const std::uint8_t* const end = datagram + in.size;
    const std::uint8_t *path_begin = nullptr, *path_end = nullptr;
    std::uint32_t critical = 0;
    [[maybe_unused]] unsigned formats[2] = {};
    unsigned number = 0;
    request q;
    reply r;

    if (in.truncated || in.size < 4 || datagram[0] >> 6 != 1) return 0;
    if (token_end > 12 || at > end || (datagram[1] == 0 && in.size > 4)) goto reject;
    for (;;) {
        const std::uint8_t* const begin = at;
        if (at == end) break;
        const unsigned head = *at++;
        if (head == 255) {
            if (at == end) goto reject;
            break;
        }
        const unsigned delta = extended(head >> 4, at, end);
        const unsigned length = extended(head & 15, at, end);
        if (delta > 0xffff - number || length > static_cast<unsigned>(end - at)) goto reject;
        number += delta;
        at += length;
#ifndef WITHOUT_CRITICAL
        if (number & 1) {
            unsigned index = number >> 1;
            if (index > 20) index = 20;
#ifndef WITHOUT_LENGTHS
            if (length > (lengths[index] & 0x7fff) || length < lengths[index] >> 15) index = 31;
#endif
#ifndef WITHOUT_REPETITION
            if (critical >> index & once >> index & 1) index = 31;
#endif
            critical |= std::uint32_t{1} << index;
        }
#endif
        if (number == 11) {
            if (path_begin == nullptr) path_begin = begin;
            path_end = at;
        }
#ifndef WITHOUT_FORMATS
        if (number == 12 || number == 17) {
            unsigned& format = formats[number & 1];
            if (length <= 2 && format == 0) {
                for (unsigned left = length; left != 0; --left) format = format << 8 | at[-static_cast<int>(left)];
                ++format;
            }
        }
#endif
    }
    q = {at, static_cast<unsigned>(end - at)};
    if (datagram[1] - 1U > 30 || (datagram[0] & 0x20) != 0) goto reject;
#ifndef WITHOUT_MULTICAST
    if ((datagram[0] & 0x10) == 0 && in.multicast) goto reject;
#endif

    r.format = 0;
    r.code = 0x84;
#ifndef WITHOUT_PROXYING
    if ((critical & 0xa0000) != 0) {
        r.code = 0xa5;
        goto answer;
    }
#endif
#ifndef WITHOUT_UNKNOWN_METHODS
    if (datagram[1] > 7) {
        r.code = 0x85;
        goto answer;
    }
#endif
    for (const row& c : rows) {
        const unsigned size = static_cast<unsigned>(path_end - path_begin);
        if (size < c.path_size || size - c.path_size > c.rest_size) continue;
        if (c.path_size != 0 &&
            (((path_begin[0] ^ c.path[0]) & 15) != 0 || std::memcmp(path_begin + 1, c.path + 1, c.path_size - 1U) != 0))
            continue;
        r.code = 0x85;
        if ((c.methods >> datagram[1] & 1) == 0) continue;
        r.code = 0x82;
        if ((critical & ~c.understands) != 0) goto answer;
#ifndef WITHOUT_FORMATS
        r.code = 0x8f;
        if (c.consumes != 0 && formats[0] != 0 && formats[0] != c.consumes) goto answer;
        r.code = 0x86;
        if (c.produces != 0 && formats[1] != 0 && formats[1] != c.produces) goto answer;
#endif
        c.serve(r, q);
        goto answer;
    }
    if ((critical & ~(everywhere | 1 << 7)) != 0) r.code = 0x82;

answer:
    if ((datagram[0] & 0x10) == 0) {
        datagram[0] |= 0x20;
    } else {
        if (r.code == 0x82) return 0;
#ifndef WITHOUT_MULTICAST
        if (in.multicast && r.code >= 0x80) return 0;
#endif
        datagram[2] = static_cast<std::uint8_t>(next_id >> 8);
        datagram[3] = static_cast<std::uint8_t>(next_id++);
    }
    datagram[1] = r.code;
    if (r.format == 0) return token_end;
    datagram[token_end] = r.format;
    datagram[token_end + 1] = 255;
    if (r.size > sizeof datagram - token_end - 2) {
        datagram[1] = 0xa0;
        return token_end;
    }
    std::memcpy(datagram + token_end + 2, r.text, r.size);
    return token_end + 2 + r.size;

reject:
    if ((datagram[0] & 0x30) != 0 || in.multicast) return 0;
    datagram[0] = 0x70;
    datagram[1] = 0;
    return 4;
}

}  // namespace

int main() {
    for (;;) {
        if (reply_size == 0) {
            if (radio_receive(datagram, sizeof datagram, &in) != done) continue;
            reply_size = respond();
            if (reply_size == 0) continue;
        }
        if (radio_send(datagram, reply_size, in.path) != would_block) reply_size = 0;
    }
}
