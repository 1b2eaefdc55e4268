// The keys of the board's one client (OSCORE, RFC 8613). A factory gives the first start an option:
//
//   secret=000102030405060708090a0b0c0d0e0f     the master secret, new and random for each board
//
// Once a board has keys, the option changes nothing. Without keys, the board serves plain requests
// alone. The numbers of the flash are the server's sequence numbers, too.
#pragma once

#include "flash.hpp"

namespace firmware {

using secret = std::array<mincoap::byte, 16>;

inline constexpr std::array<mincoap::byte, 1> server_id{0x01}, client_id{0x02};

inline void provision_secret() {
    secret given;
    if (!numbers.first() && read_option("secret=", given)) write_keys(given);
}

// Adds the context to the table, if the board has keys, and changes the guard's key. Call it once,
// before the first poll.
template <typename Cipher>
[[nodiscard]] bool load_secret(auto& peers, mincoap::security::key& key) {
    const auto first = number_of_start();
    if (!first) return false;
    const secret known = read_keys<secret>();
    stir<Cipher>(key, known, *first);
    return peers.template restore<Cipher>({.master_secret = known,
                                           .master_salt = {},
                                           .sender_id = server_id,
                                           .recipient_id = client_id,
                                           .id_context = {}},
                                          *first) != nullptr;
}

}  // namespace firmware
