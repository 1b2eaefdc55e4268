// Test vectors of RFC 8613, appendix C.
#pragma once

#include <mincoap/security/oscore/context.hpp>

#include "../../../support/packet.hpp"
#include "../../../support/reference_crypto.hpp"

namespace mincoap::security::oscore::test {

using mincoap::test::packet;
using mincoap::test::reference_crypto;

inline const packet master_secret = "0102030405060708 090a0b0c0d0e0f10";
inline const packet master_salt = "9e7ca92223786340";
inline const packet id_context = "37cbf3210017a2d3";

// One side of appendix C.1, C.2 or C.3, and what the RFC derives from it.
struct derivation {
    const char* section;
    packet salt, sender_id, recipient_id;
    bool has_id_context;
    packet sender_info, recipient_info, iv_info;
    packet sender_key, recipient_key, common_iv;
    packet sender_nonce, recipient_nonce;  // for the number 0

    identity of() const {
        identity made{.master_secret = master_secret,
                      .master_salt = salt,
                      .sender_id = sender_id,
                      .recipient_id = recipient_id,
                      .id_context = std::nullopt};
        if (has_id_context) made.id_context = id_context.view();
        return made;
    }
    context context_of() const {
        context made;
        derive<reference_crypto>(made, of());
        return made;
    }
};

inline const std::array<derivation, 6> derivations{{
    {"C.1.1", master_salt, "", "01", false, "8540f60a634b657910", "854101f60a634b657910", "8540f60a6249560d",
     "f0910ed7295e6ad4b54fc793154302ff", "ffb14e093c94c9cac9471648b4f98710", "4622d4dd6d944168eefb54987c",
     "4622d4dd6d944168eefb54987c", "4722d4dd6d944169eefb54987c"},
    {"C.1.2", master_salt, "01", "", false, "854101f60a634b657910", "8540f60a634b657910", "8540f60a6249560d",
     "ffb14e093c94c9cac9471648b4f98710", "f0910ed7295e6ad4b54fc793154302ff", "4622d4dd6d944168eefb54987c",
     "4722d4dd6d944169eefb54987c", "4622d4dd6d944168eefb54987c"},
    {"C.2.1", "", "00", "01", false, "854100f60a634b657910", "854101f60a634b657910", "8540f60a6249560d",
     "321b26943253c7ffb6003b0b64d74041", "e57b5635815177cd679ab4bcec9d7dda", "be35ae297d2dace910c52e99f9",
     "bf35ae297d2dace910c52e99f9", "bf35ae297d2dace810c52e99f9"},
    {"C.2.2", "", "01", "00", false, "854101f60a634b657910", "854100f60a634b657910", "8540f60a6249560d",
     "e57b5635815177cd679ab4bcec9d7dda", "321b26943253c7ffb6003b0b64d74041", "be35ae297d2dace910c52e99f9",
     "bf35ae297d2dace810c52e99f9", "bf35ae297d2dace910c52e99f9"},
    {"C.3.1", master_salt, "", "01", true, "85404837cbf3210017a2d30a634b657910", "8541014837cbf3210017a2d30a634b657910",
     "85404837cbf3210017a2d30a6249560d", "af2a1300a5e95788b356336eeecd2b92", "e39a0c7c77b43f03b4b39ab9a268699f",
     "2ca58fb85ff1b81c0b7181b85e", "2ca58fb85ff1b81c0b7181b85e", "2da58fb85ff1b81d0b7181b85e"},
    {"C.3.2", master_salt, "01", "", true, "8541014837cbf3210017a2d30a634b657910", "85404837cbf3210017a2d30a634b657910",
     "85404837cbf3210017a2d30a6249560d", "e39a0c7c77b43f03b4b39ab9a268699f", "af2a1300a5e95788b356336eeecd2b92",
     "2ca58fb85ff1b81c0b7181b85e", "2da58fb85ff1b81d0b7181b85e", "2ca58fb85ff1b81c0b7181b85e"},
}};

inline const derivation& server_of_c1 = derivations[1];
inline const derivation& server_of_c2 = derivations[3];
inline const derivation& server_of_c3 = derivations[5];

// A request of appendix C.4, C.5 or C.6. Each has the number 20.
struct protected_request {
    const char* section;
    const derivation* server;
    packet unprotected;  // before it was protected
    packet option, aad, nonce, ciphertext, plaintext;
    packet message;
    std::size_t token_end = 8;
};

inline const std::array<protected_request, 3> requests{{
    {"C.4", &server_of_c1, "44015d1f00003974396c6f63616c686f737483747631", "0914",
     "8368456e63727970743040488501810a40411440", "4622d4dd6d944168eefb549868", "612f1092f1776f1c1668b3825e",
     "01b3747631", "44025d1f00003974396c6f63616c686f7374620914ff612f1092f1776f1c1668b3825e"},
    {"C.5", &server_of_c2, "440171c30000b932396c6f63616c686f737483747631", "091400",
     "8368456e63727970743040498501810a4100411440", "bf35ae297d2dace910c52e99ed", "4ed339a5a379b0b8bc731fffb0",
     "01b3747631", "440271c30000b932396c6f63616c686f737463091400ff4ed339a5a379b0b8bc731fffb0"},
    {"C.6", &server_of_c3, "44012f8eef9bbf7a396c6f63616c686f737483747631", "19140837cbf3210017a2d3",
     "8368456e63727970743040488501810a40411440", "2ca58fb85ff1b81c0b7181b84a", "72cd7273fd331ac45cffbe55c3",
     "01b3747631", "44022f8eef9bbf7a396c6f63616c686f73746b19140837cbf3210017a2d3ff72cd7273fd331ac45cffbe55c3"},
}};

// The answer of C.7 and C.8 to C.4, and the two responses: under the request's nonce, and with a
// number of the server's own, 0.
inline const packet answer = "64455d1f00003974 ff 'Hello World!'";
inline const packet response_without_number = "64445d1f0000397490ffdbaad1e9a7e7b2a813d3c31524378303cdafae119106";
inline const packet response_with_number = "64445d1f00003974920100ff4d4c13669384b67354b2b6175ff4b8658c666a6cf88e";

// The server of captured messages: the client has the Sender ID 02.
inline const derivation captured_server{"captures",
                                        master_salt,
                                        "01",
                                        "02",
                                        false,
                                        {},
                                        {},
                                        {},
                                        "ffb14e093c94c9cac9471648b4f98710",
                                        "b441b78a5bb4319d845d7a323b5aa251",
                                        "4622d4dd6d944168eefb54987c",
                                        {},
                                        {}};

// A captured message and its plaintext.
struct capture {
    packet message, plaintext;
};

// Requests of aiocoap 0.4.14 and libcoap 4.3.4: GET, a registration, GET, a registration and its
// end, and the first block of a PUT.
inline const std::array<capture, 6> captured_requests{{
    {"42026de3210593090002ff8e661c11d2c3f7e764140617cc9f", "01b474696d65"},
    {"42056aef60966033090302ffbde6e3f5f0ade0d3607da09f11616d", "01605474696d65"},
    {"4102338c017216a32309c802ff15c5c335dc62f49150408b43cbc0149d6875a6b34c", "01b474696d65e4000cd5b79941"},
    {"41058cb701601216a32309c902ff2aec92ba392bf7a263ea016b6176612a5d94a83a3a6d", "01605474696d65e4000cf25406fe"},
    {"41058cb80161011216a32309ca02ffca9c9cd6a1dde0aa616ba54c5c9496c06f0c13ade14399", "0161015474696d65e4000cf25406fe"},
    {"4102595e017216a32309cb02ffc31841c5ab610cbf4f7893eed59143d361bdbabd01d80557cbd0ba288ad5d80e2ccaf07afc"
     "789bcf1f29bd2ed2a9d555534cb8d224d44c4a7cbf61eb54290e66c18b97dcdb2f8e50d217b7ab1b171d714ef4e61caff076"
     "82a24b1e94e2d391c2e2734f39",
     "03bc6578616d706c655f64617461d1030ad214012cd4db92b8b4edff42424242424242424242424242424242424242424242"
     "424242424242424242424242424242424242424242424242424242424242424242424242424242424242"},
}};

// Notifications of libcoap 4.3.4 to the first registration.
inline const std::array<capture, 2> captured_notifications{{
    {"4245cfb160966102320101ff5283c32ad3dc6f044bd77f2899de361a405ce1554ef27df5cbed449f64",
     "4560602101ff4e6f762032332030323a30353a3433"},
    {"4245cfb260966103320102ff37b0bbb5bfcc69f1b85583d3273eb59e1e64bf7dbc227672f6eae4fca2",
     "4560602101ff4e6f762032332030323a30353a3434"},
}};

}  // namespace mincoap::security::oscore::test
