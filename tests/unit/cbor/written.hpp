// Runs a function on a CBOR writer, and returns the bytes that the writer wrote.
#pragma once

#include <array>

#include <gtest/gtest.h>

#include <mincoap/cbor/writer.hpp>

#include "../../support/packet.hpp"

namespace mincoap::test {

packet written_cbor(auto&& write) {
    std::array<byte, 1000> window{};
    body_writer body{window};
    cbor::writer to{body};
    write(to);
    EXPECT_LE(body.size(), window.size());
    return packet{bytes{window}.first(body.size())};
}

}  // namespace mincoap::test
