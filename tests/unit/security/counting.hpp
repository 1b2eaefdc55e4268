// The message of published vectors: 00 01 02 ... 2f.
#pragma once

#include <array>

#include <mincoap/security/mac.hpp>

namespace mincoap::test {

inline constexpr std::array<security::block, 3> counting{{{0x0302'0100, 0x0706'0504, 0x0b0a'0908, 0x0f0e'0d0c},
                                                          {0x1312'1110, 0x1716'1514, 0x1b1a'1918, 0x1f1e'1d1c},
                                                          {0x2322'2120, 0x2726'2524, 0x2b2a'2928, 0x2f2e'2d2c}}};

}  // namespace mincoap::test
