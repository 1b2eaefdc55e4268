// An option in front of those of a message that is written already.
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/message/insert.hpp>
#include <mincoap/message/writer.hpp>

#include "../../support/packet.hpp"

namespace mincoap {
namespace {

using message::writer;
using test::packet;

constexpr unsigned observe = 6;
constexpr std::uint32_t value = 0x81'2345;

// A message with an ETag or without, an option of that number, and a payload or none.
packet with_option(bool has_etag, bool is_observed, unsigned number, std::size_t length, std::string_view payload) {
    std::vector<byte> memory(400);
    writer to{memory, 0};
    if (has_etag) to.option(option::etag, "longest!");  // is moved over itself
    if (is_observed) to.uint_option(static_cast<option>(observe), value);
    if (number != 0) to.option(static_cast<option>(number), std::string(length, 'v'));
    if (!payload.empty()) to.payload(payload);
    return packet{to.written()};
}

packet inserted(const packet& options) {
    std::vector<byte> memory(message::inserted_size);
    memory.insert(memory.end(), options.view().begin(), options.view().end());
    memory.push_back(0);  // the byte behind
    byte* const new_end = message::insert_option(memory.data(), &memory.back(), observe, value);
    return packet{bytes{memory.data(), new_end}};
}

TEST(insert_option, writes_the_same_bytes_as_if_it_had_been_there_before) {
    for (const unsigned number :
         {7U,   8U,   12U,  14U,  16U,  17U,  18U,  19U,  20U,  23U,  60U,  252U,  268U,    269U,
          270U, 272U, 273U, 274U, 275U, 276U, 300U, 523U, 524U, 530U, 531U, 2053U, 65'000U, 65'535U})
        for (const std::size_t length : {0U, 1U, 12U, 13U, 270U})
            for (const std::string_view payload : {"", "payload"})
                for (const bool has_etag : {false, true})
                    EXPECT_EQ(inserted(with_option(has_etag, false, number, length, payload)),
                              with_option(has_etag, true, number, length, payload))
                        << number << ' ' << length;
}

TEST(insert_option, needs_no_option_behind) {
    for (const std::string_view payload : {"", "payload"})
        for (const bool has_etag : {false, true})
            EXPECT_EQ(inserted(with_option(has_etag, false, 0, 0, payload)),
                      with_option(has_etag, true, 0, 0, payload));
}

}  // namespace
}  // namespace mincoap
