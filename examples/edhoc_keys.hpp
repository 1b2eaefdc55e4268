// The keys of a server with EDHOC (RFC 9528), from a file of scripts/edhoc-keys. It has a line for
// each client that may connect:
//
//     private_key,hex,"72cc4761dbd4c78f758931aa589d348d1ef874a7e303ede2f140dcf3e6aa4aac"
//     credential,hex,"a2026b6578616d706c652e65647508a101a501020241322001215820..."
//     suites,text,"2,3"
//     peer,hex,"a2027734322d35302d33312d46462d45462d33372d33322d333908a101..."
#pragma once

#include <algorithm>
#include <array>
#include <expected>

#include <mincoap/security/edhoc/credential.hpp>

#include "key_file.hpp"

namespace example {

// `Suites` are the cipher suites of the server. They have one curve.
template <coap::security::edhoc::suite_pair Suites>
class edhoc_keys {
    using credential = coap::security::edhoc::credential;

public:
    // Returns the keys. An error is a text such as `server.keys:2: credential is not hexadecimal`.
    static std::expected<edhoc_keys, std::string> load(const std::string& file) {
        edhoc_keys keys;
        std::string mistake = read_key_file(file, [&](const key_line& line) { return keys.take(line); });
        if (mistake.empty() && !keys.mistake_in_all().empty()) mistake = file + ": " + keys.mistake_in_all();
        return mistake.empty() ? std::expected<edhoc_keys, std::string>{std::move(keys)} : std::unexpected(mistake);
    }

    // Both are valid as long as these keys are.
    coap::security::edhoc::own_credential<Suites> own() const {
        coap::security::edhoc::own_credential<Suites> made{read(credential_), {}};
        std::ranges::copy(private_key_, made.private_key.scalar.begin());
        return made;
    }
    std::vector<credential> clients() const {
        std::vector<credential> all(peers_.size());
        std::ranges::transform(peers_, all.begin(), read);
        return all;
    }

private:
    static constexpr std::string_view suites = Suites::first == 2 ? "2,3" : "0,1";
    static constexpr std::string_view curve = Suites::first == 2 ? "P-256" : "X25519";
    static constexpr std::size_t private_key_size = 32;

    static credential read(const octets& ccs) {
        return coap::security::edhoc::read_ccs<Suites>(ccs).value_or(credential{});
    }
    static bool is_good(const octets& ccs) { return read(ccs).public_key != nullptr; }

    // Returns the text of a mistake, or an empty text.
    std::string take(const key_line& line) {
        if (line.name == "private_key") return set(private_key_, line);
        if (line.name == "credential") return set(credential_, line);
        if (line.name == "peer") return set(peers_.emplace_back(), line);
        if (line.name != "suites") return std::string{line.name} + " is no name of a value";
        const auto text = line.read("text");
        if (!text) return text.error();
        return *text == suites ? "" : "suites: this server has only " + std::string{suites};
    }
    std::string set(octets& to, const key_line& line) const {
        if (!to.empty()) return std::string{line.name} + " is given twice";
        auto given = line.read();
        if (!given) return given.error();
        to = std::move(*given);
        if (&to == &private_key_) return to.size() == private_key_size ? "" : "private_key does not have 32 bytes";
        return is_good(to) ? "" : std::string{line.name} + " is no CWT claims set with a key on " + std::string{curve};
    }
    std::string mistake_in_all() const {
        if (private_key_.empty()) return "private_key is missing";
        if (credential_.empty()) return "credential is missing";
        if (!is_private_key_of(read(credential_))) return "private_key is not that of the credential";
        if (peers_.empty()) return "peer is missing";
        if (peers_.size() > 255) return "a server has up to 255 peers";
        return std::ranges::count(peers_, credential_) == 0 ? "" : "a peer has the credential of this server";
    }
    // The key agreement of a private key with the base point of the curve gives its public key.
    bool is_private_key_of(const credential& of) const {
        std::array<coap::byte, 32> base_point{9};
        if (Suites::first == 2) base_point = p256_base_point;
        std::array<coap::byte, 32> made{};
        return Suites::curve::agree(own().private_key, base_point.data(), made.data()) &&
               std::equal(made.begin(), made.end(), of.public_key);
    }
    static constexpr std::array<coap::byte, 32> p256_base_point{
        0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
        0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96};

    octets private_key_, credential_;
    std::vector<octets> peers_;
};

}  // namespace example
