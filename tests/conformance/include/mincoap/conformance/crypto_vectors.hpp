// Test vectors for a cipher library: of NIST, and of RFC 3610, 4231, 5869 and 8613.
#pragma once

#include <string_view>
#include <vector>

#include <mincoap/message/bytes.hpp>

namespace mincoap::conformance {

using octets = std::vector<byte>;

inline octets from_hex(std::string_view digits) {
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    octets all;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        all.push_back(static_cast<byte>(value(digits[i]) << 4 | value(digits[i + 1])));
    return all;
}
inline octets from_text(std::string_view text) { return {text.begin(), text.end()}; }

// first, first + step, first + 2 * step, ... modulo 256
inline octets sequence(std::size_t count, int first, int step) {
    octets all(count);
    for (byte& b : all) b = static_cast<byte>(first), first += step;
    return all;
}
// 00 01 02 ... and ff fe fd ...
inline octets ascending(std::size_t count) { return sequence(count, 0, 1); }
inline octets descending(std::size_t count) { return sequence(count, 255, -1); }

// ---- AES-CCM with a nonce of 13 bytes. The tag is the end of `sealed`.

struct ccm_vector {
    std::string_view key, nonce, aad, plaintext, sealed;
};

// RFC 3610 §8, the packets with a tag of 8 bytes: 1 to 6 and 13 to 18.
inline constexpr ccm_vector rfc3610[] = {
    {"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000003020100a0a1a2a3a4a5", "0001020304050607",
     "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
     "588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0"},
    {"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000004030201a0a1a2a3a4a5", "0001020304050607",
     "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916"},
    {"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000005040302a0a1a2a3a4a5", "0001020304050607",
     "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "51b1e5f44a197d1da46b0f8e2d282ae871e838bb64da8596574adaa76fbd9fb0c5"},
    {"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000006050403a0a1a2a3a4a5", "000102030405060708090a0b",
     "0c0d0e0f101112131415161718191a1b1c1d1e", "a28c6865939a9a79faaa5c4c2a9d4a91cdac8c96c861b9c9e61ef1"},
    {"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000007060504a0a1a2a3a4a5", "000102030405060708090a0b",
     "0c0d0e0f101112131415161718191a1b1c1d1e1f", "dcf1fb7b5d9e23fb9d4e131253658ad86ebdca3e51e83f077d9c2d93"},
    {"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000008070605a0a1a2a3a4a5", "000102030405060708090a0b",
     "0c0d0e0f101112131415161718191a1b1c1d1e1f20", "6fc1b011f006568b5171a42d953d469b2570a4bd87405a0443ac91cb94"},
    {"d7828d13b2b0bdc325a76236df93cc6b", "00412b4ea9cdbe3c9696766cfa", "0be1a88bace018b1",
     "08e8cf97d820ea258460e96ad9cf5289054d895ceac47c",
     "4cb97f86a2a4689a877947ab8091ef5386a6ffbdd080f8e78cf7cb0cddd7b3"},
    {"d7828d13b2b0bdc325a76236df93cc6b", "0033568ef7b2633c9696766cfa", "63018f76dc8a1bcb",
     "9020ea6f91bdd85afa0039ba4baff9bfb79c7028949cd0ec",
     "4ccb1e7ca981befaa0726c55d378061298c85c92814abc33c52ee81d7d77c08a"},
    {"d7828d13b2b0bdc325a76236df93cc6b", "00103fe41336713c9696766cfa", "aa6cfa36cae86b40",
     "b916e0eacc1c00d7dcec68ec0b3bbb1a02de8a2d1aa346132e",
     "b1d23a2220ddc0ac900d9aa03c61fcf4a559a4417767089708a776796edb723506"},
    {"d7828d13b2b0bdc325a76236df93cc6b", "00764c63b8058e3c9696766cfa", "d0d0735c531e1becf049c244",
     "12daac5630efa5396f770ce1a66b21f7b2101c", "14d253c3967b70609b7cbb7c499160283245269a6f49975bcadeaf"},
    {"d7828d13b2b0bdc325a76236df93cc6b", "00f8b678094e3b3c9696766cfa", "77b60f011c03e1525899bcae",
     "e88b6a46c78d63e52eb8c546efb5de6f75e9cc0d", "5545ff1a085ee2efbf52b2e04bee1e2336c73e3f762c0c7744fe7e3c"},
    {"d7828d13b2b0bdc325a76236df93cc6b", "00d560912d3f703c9696766cfa", "cd9044d2b71fdb8120ea60c0",
     "6435acbafb11a82e2f071d7ca4a5ebd93a803ba87f", "009769ecabdf48625594c59251e6035722675e04c847099e5ae0704551"},
};

// RFC 8613, Appendix C.4 to C.8.
inline constexpr ccm_vector rfc8613[] = {
    {"f0910ed7295e6ad4b54fc793154302ff", "4622d4dd6d944168eefb549868", "8368456e63727970743040488501810a40411440",
     "01b3747631", "612f1092f1776f1c1668b3825e"},
    {"321b26943253c7ffb6003b0b64d74041", "bf35ae297d2dace910c52e99ed", "8368456e63727970743040498501810a4100411440",
     "01b3747631", "4ed339a5a379b0b8bc731fffb0"},
    {"af2a1300a5e95788b356336eeecd2b92", "2ca58fb85ff1b81c0b7181b84a", "8368456e63727970743040488501810a40411440",
     "01b3747631", "72cd7273fd331ac45cffbe55c3"},
    {"ffb14e093c94c9cac9471648b4f98710", "4622d4dd6d944168eefb549868", "8368456e63727970743040488501810a40411440",
     "45ff48656c6c6f20576f726c6421", "dbaad1e9a7e7b2a813d3c31524378303cdafae119106"},
    {"ffb14e093c94c9cac9471648b4f98710", "4722d4dd6d944169eefb54987c", "8368456e63727970743040488501810a40411440",
     "45ff48656c6c6f20576f726c6421", "4d4c13669384b67354b2b6175ff4b8658c666a6cf88e"},
};

// NIST CAVP, VPT128: a tag of 16 bytes, and no plaintext.
inline constexpr ccm_vector nist_vpt128{"2ebf60f0969013a54a3dedb19d20f6c8", "1de8c5e21f9db33123ff870add",
                                        "e1de6c6119d7db471136285d10b47a450221b16978569190ef6a22b055295603", "",
                                        "0ead29ef205fbb86d11abe5ed704b880"};

// ---- SHA-256

struct hash_vector {
    std::string_view text, hash;
};

// FIPS 180-4, NIST's examples.
inline constexpr hash_vector fips180[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};
inline constexpr std::string_view million_times_a = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

// ---- HMAC-SHA-256

struct hmac_vector {
    octets key, data;
    std::string_view mac;
};

// RFC 4231 §4.2 to §4.8. The fifth is cut to 16 bytes there.
inline std::vector<hmac_vector> rfc4231() {
    return {
        {octets(20, 0x0b), from_text("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {from_text("Jefe"), from_text("what do ya want for nothing?"),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {octets(20, 0xaa), octets(50, 0xdd), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {sequence(25, 1, 1), octets(50, 0xcd), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {octets(20, 0x0c), from_text("Test With Truncation"), "a3b6167473100ee06e0c796c2955552b"},
        {octets(131, 0xaa), from_text("Test Using Larger Than Block-Size Key - Hash Key First"),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {octets(131, 0xaa),
         from_text("This is a test using a larger than block-size key and a larger than block-size data. The key needs "
                   "to be hashed before being used by the HMAC algorithm."),
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
}

// ---- HKDF-SHA-256

struct hkdf_vector {
    octets secret, salt, info;
    std::string_view prk, key;
};

// RFC 5869, Appendix A.1 to A.3.
inline std::vector<hkdf_vector> rfc5869() {
    return {
        {octets(22, 0x0b), ascending(13), sequence(10, 0xf0, 1),
         "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
         "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
        {ascending(80), sequence(80, 0x60, 1), sequence(80, 0xb0, 1),
         "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
         "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f0"
         "9"
         "b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
        {octets(22, 0x0b),
         {},
         {},
         "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
         "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
    };
}

// ---- Digests over many sizes, made with Python's hashlib, hmac and cryptography 38. The suite says what is in them.

struct ccm_digests {
    std::size_t tag;
    std::string_view all_sizes, longest_aad, longest_plaintext;
};
inline constexpr ccm_digests many_sizes[] = {
    {8, "ce892fb65e9b074bbd43cca9185cd22929a59605c2907e3470e6f9b75a08709d",
     "7ce07242bc59e8d3b350429a230a628e3ac2476ab9a40d16a78ea4ca",
     "27d40a9d6f8e1ebfd60f3999c013dc8a2e2010de9b9bb6a67d5e759379db3a94"},
    {16, "b4631aadc301627d5766977cada0a965f543843124f3fe80b2e7cf21b0ce55d5",
     "7ce07242bc59e8d3b350429a230a628e3ac2476abbdf3c7a7a9d63ef75bd8c017ecccb97",
     "615a2020857a0403d228a7b2001abc31255002e38ad6e23be8f9e1416e0a48cd"},
};
inline constexpr std::string_view hashes_of_200_sizes =
    "64ef7c229fce2408b5336b6a542fea0e078c3a87d2da85cb3fc52e2008b65021";
inline constexpr std::string_view hmacs_of_200_sizes =
    "7a1de0e63b9da63b6e4c0eaecc380273ab5bf9603bb3eed14942a569fce853e5";
inline constexpr std::string_view keys_of_100_sizes =
    "95d1b8819a840e1505f8388bec558607da329fd16388c6aaf3261de05fce8b16";
inline constexpr std::string_view hash_of_longest_key =
    "253723506b24a789b8cfba86db6548beb45955b9cd75f8b62a9a39458e6abbcc";

}  // namespace mincoap::conformance
