// The keys of a server with EDHOC (RFC 9528), from a file of scripts/edhoc-keys. It has a line for
// each client that may connect:
//
//     private_key,hex,"72cc4761dbd4c78f758931aa589d348d1ef874a7e303ede2f140dcf3e6aa4aac"
//     credential,hex,"a2026b6578616d706c652e65647508a101a501020241322001215820..."
//     suites,text,"2,3"
//     peer,hex,"a2027734322d35302d33312d46462d45462d33372d33322d333908a101..."
#pragma once

#include <algorithm>
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
        if (mistake.empty())
            if (const std::string in_all = keys.mistake_in_all(); !in_all.empty()) mistake = file + ": " + in_all;
        return mistake.empty() ? std::expected<edhoc_keys, std::string>{std::move(keys)} : std::unexpected(mistake);
    }

    // Both are valid as long as these keys are.
    coap::security::edhoc::own_credential<Suites> own() const {
        coap::security::edhoc::own_credential<Suites> made{*read(*credential_), {}};
        std::ranges::copy(*private_key_, made.private_key.scalar.begin());
        return made;
    }
    std::vector<credential> clients() const {
        std::vector<credential> all;
        for (const octets& peer : peers_) all.push_back(*read(peer));
        return all;
    }

private:
    static constexpr std::string_view suites = Suites::first == 2 ? "2,3" : "0,1";
    static constexpr std::string_view curve = Suites::first == 2 ? "P-256" : "X25519";

    static std::optional<credential> read(const octets& ccs) { return coap::security::edhoc::read_ccs<Suites>(ccs); }

    std::string take(const key_line& line) {
        if (line.name == "private_key") return take_private_key(line);
        if (line.name == "credential") return take_credential(line, credential_);
        if (line.name == "peer") return take_peer(line);
        if (line.name == "suites") return take_suites(line);
        return std::string{line.name} + " is no name of a value";
    }
    static std::string take_suites(const key_line& line) {
        std::string_view text;
        if (std::string mistake = line.read("text", text); !mistake.empty()) return mistake;
        return text == suites ? "" : "suites: this server has only " + std::string{suites};
    }
    std::string take_private_key(const key_line& line) {
        if (std::string mistake = line.read(private_key_); !mistake.empty()) return mistake;
        return private_key_->size() == 32 ? "" : "private_key does not have 32 bytes";
    }
    static std::string take_credential(const key_line& line, std::optional<octets>& to) {
        if (std::string mistake = line.read(to); !mistake.empty()) return mistake;
        return read(*to) ? "" : std::string{line.name} + " is no CWT claims set with a key on " + std::string{curve};
    }
    std::string take_peer(const key_line& line) {
        std::optional<octets> taken;
        if (std::string mistake = take_credential(line, taken); !mistake.empty()) return mistake;
        if (std::ranges::count(peers_, *taken) != 0) return "this peer is given twice";
        peers_.push_back(std::move(*taken));
        return peers_.size() <= 255 ? "" : "this peer is one too many: a server has up to 255";
    }
    std::string mistake_in_all() const {
        if (!private_key_) return "private_key is missing";
        if (!credential_) return "credential is missing";
        if (peers_.empty()) return "peer is missing";
        if (std::ranges::count(peers_, *credential_) != 0) return "a peer has the credential of this server";
        return is_own(*read(*credential_)) ? "" : "private_key is not that of the credential";
    }
    // The key agreement of a private key with the base point of the curve gives its public key.
    bool is_own(const credential& of) const {
        std::array<coap::byte, 32> base_point{9};
        if (Suites::first == 2)
            std::ranges::copy(*from_hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
                              base_point.begin());
        std::array<coap::byte, 32> made{};
        const auto key = own().private_key;
        return Suites::curve::agree(key, base_point.data(), made.data()) &&
               std::equal(made.begin(), made.end(), of.public_key);
    }

    std::optional<octets> private_key_, credential_;
    std::vector<octets> peers_;
};

}  // namespace example
