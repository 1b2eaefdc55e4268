// Parses arbitrary bytes by message::view and by a second parser, which must agree. If the bytes are a message, writing
// it again must give the same bytes, because the encoding of a message is unique (RFC 7252 §3).
#include <cstdlib>
#include <vector>

#include <mincoap/message/writer.hpp>

#include "../tests/support/reference_parser.hpp"
#include "require.hpp"

namespace {

using namespace mincoap;
using test::reference_parser;

reference_parser reference;

void compare(const message::view& read, bytes datagram) {
    const auto offset = [&](bytes part) { return static_cast<std::size_t>(part.data() - datagram.data()); };
    require(static_cast<unsigned>(read.type()) == reference.type);
    require(static_cast<unsigned>(read.code()) == reference.code);
    require(read.message_id() == reference.message_id);
    require(read.token().size() == reference.token_length && offset(read.token()) == message::header_size);
    require(offset(read.payload()) == reference.payload_begin);
    require(reference.payload_begin + read.payload().size() == datagram.size());

    std::size_t index = 0;
    for (const message::option_view o : read.options()) {
        require(index < reference.option_count);
        const test::reference_option& expected = reference.options[index++];
        require(number_of(o.number) == expected.number);
        require(o.value.size() == expected.length);
        require(expected.length == 0 || offset(o.value) == expected.begin);
    }
    require(index == reference.option_count);
}

// Checks that the library finds the first option of each number with an allowed length, and no other one.
void find_every_option(const message::view& read) {
    for (const message::option_view wanted : read.options()) {
        const message::option_properties properties = properties_of(wanted.number);
        const auto is_allowed = [&](bytes value) {
            return value.size() >= properties.min_length && value.size() <= properties.max_length;
        };
        const auto found = read.options().find(wanted.number);
        require(found.has_value() || !is_allowed(wanted.value));
        if (!found) continue;
        require(found->number == wanted.number && is_allowed(found->value));
        require(found->value.data() <= wanted.value.data() || !is_allowed(wanted.value));
        require(found->text().size() == found->value.size());
        require(found->value.size() > 4 || found->uint() >> 8 * found->value.size() % 32 == 0 ||
                found->value.size() == 4);
    }
}

message::writer rewrite(const message::view& read, mutable_bytes buffer) {
    message::writer to{buffer, read.type(), read.code(), read.message_id(), read.token()};
    for (const message::option_view o : read.options()) to.option(o.number, o.value);
    to.payload(read.payload());
    return to;
}

void write_again(const message::view& read) {
    const bytes datagram = read.datagram();
    std::vector<byte> same(datagram.size());
    const message::writer written = rewrite(read, same);
    require(!written.failed() && written.size() == datagram.size());
    require(equal_bytes(same.data(), datagram.data(), datagram.size()));

    std::vector<byte> shorter(datagram.size() - 1);
    require(rewrite(read, shorter).failed());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using verdict = reference_parser::verdict;
    using message::parse_error;

    const bytes datagram{data, size};
    const verdict expected = reference.parse(data, size);
    const auto read = message::view::parse(datagram);
    const parse_error error = read ? parse_error::none : read.error();
    require((error == parse_error::none) == (expected == verdict::well_formed));
    require((error == parse_error::too_short) == (expected == verdict::too_short));
    require((error == parse_error::unknown_version) == (expected == verdict::unknown_version));
    if (!read) return 0;

    compare(*read, datagram);
    find_every_option(*read);
    write_again(*read);
    return 0;
}
