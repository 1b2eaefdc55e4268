// Writes random messages from a fixed seed, reads them, and writes them again.
#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/message/writer.hpp>

#include "../../support/packet.hpp"

namespace mincoap::message {
namespace {

using test::packet;

struct model {
    message::type type{};
    message::code code{};
    std::uint16_t message_id = 0;
    packet token;
    std::vector<std::pair<unsigned, packet>> options;
    packet payload;
};

class source {
public:
    unsigned up_to(unsigned most) { return std::uniform_int_distribution<unsigned>{0, most}(engine_); }

    packet some_bytes(std::size_t size) {
        packet result = test::filler(size);
        for (std::size_t i = 0; i < size; ++i) result[i] = up_to(3) == 0 ? byte{0xff} : static_cast<byte>(up_to(255));
        return result;
    }

    // Mostly short, often at a boundary of the encoding, sometimes anything.
    unsigned field(unsigned most) {
        static constexpr unsigned boundaries[] = {0, 1, 12, 13, 14, 268, 269, 270, 524, 525, 1000, 65535};
        switch (up_to(3)) {
            case 0: return std::min(most, boundaries[up_to(std::size(boundaries) - 1)]);
            case 1: return up_to(most);
            default: return up_to(std::min(most, 16U));
        }
    }

    model message() {
        model m;
        m.type = static_cast<type>(up_to(3));
        m.code = static_cast<code>(1 + up_to(254));
        m.message_id = static_cast<std::uint16_t>(up_to(0xffff));
        m.token = some_bytes(up_to(max_token_size));
        unsigned number = 0;
        for (unsigned left = up_to(8); left != 0; --left) {
            number += field(0xffff - number);
            m.options.emplace_back(number, some_bytes(field(1500)));
        }
        if (up_to(1) == 1) m.payload = some_bytes(field(1200));
        return m;
    }

private:
    std::mt19937 engine_{7252};  // NOLINT(*-msc51-*): the same messages every time
};

packet encoded_by_hand(const model& m) {
    packet result = "00 00 00 00";
    result[0] = static_cast<byte>(64 + static_cast<unsigned>(m.type) * 16 + m.token.size());
    result[1] = static_cast<byte>(m.code);
    result[2] = static_cast<byte>(m.message_id / 256);
    result[3] = static_cast<byte>(m.message_id % 256);
    result = result + m.token;
    unsigned last = 0;
    for (const auto& [number, value] : m.options) {
        result = result + test::encoded_option(number - last, value);
        last = number;
    }
    return m.payload.size() == 0 ? result : result + "ff" + m.payload;
}

packet written(const model& m, mutable_bytes buffer) {
    writer to{buffer, m.type, m.code, m.message_id, m.token};
    for (const auto& [number, value] : m.options) to.option(static_cast<option>(number), value.view());
    to.payload(m.payload.view());
    EXPECT_FALSE(to.failed());
    return packet{to.written()};
}

model read(const packet& datagram) {
    model m;
    const auto parsed = view::parse(datagram.view());
    EXPECT_TRUE(parsed);
    if (!parsed) return m;
    m.type = parsed->type();
    m.code = parsed->code();
    m.message_id = parsed->message_id();
    m.token = packet{parsed->token()};
    for (const option_view o : parsed->options()) m.options.emplace_back(number_of(o.number), packet{o.value});
    m.payload = packet{parsed->payload()};
    return m;
}

TEST(round_trip, of_random_messages) {
    source random;
    std::vector<byte> buffer(20'000);
    for (int i = 0; i < 5'000; ++i) {
        const model original = random.message();
        const packet datagram = written(original, buffer);
        ASSERT_EQ(datagram, encoded_by_hand(original)) << i;

        const model again = read(datagram);
        ASSERT_EQ(again.type, original.type) << i;
        ASSERT_EQ(again.code, original.code) << i;
        ASSERT_EQ(again.message_id, original.message_id) << i;
        ASSERT_EQ(again.token, original.token) << i;
        ASSERT_EQ(again.options, original.options) << i;
        ASSERT_EQ(again.payload, original.payload) << i;
        ASSERT_EQ(written(again, buffer), datagram) << i;
    }
}

// If the buffer is one byte too small, writing fails, wherever the message ends.
TEST(round_trip, needs_every_byte) {
    source random;
    std::vector<byte> buffer(20'000);
    for (int i = 0; i < 2'000; ++i) {
        const model m = random.message();
        const std::size_t size = written(m, buffer).size();
        std::vector<byte> tight(size - 1);
        writer to{tight, m.type, m.code, m.message_id, m.token};
        for (const auto& [number, value] : m.options) to.option(static_cast<option>(number), value.view());
        to.payload(m.payload.view());
        ASSERT_TRUE(to.failed()) << i;
    }
}

}  // namespace
}  // namespace mincoap::message
