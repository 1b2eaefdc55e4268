// Clients that agree on keys with the server (EDHOC, RFC 9528), for the demo: its option, the server's
// keys, and the resource and the layer that need them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "oscore.hpp"

#ifdef MINCOAP_HAS_BEARSSL
#include <mincoap/bearssl/ecdh.hpp>
#include <mincoap/layer/edhoc.hpp>
#include <mincoap/posix/entropy.hpp>
#include <mincoap/resource/edhoc_responder.hpp>

#include "../edhoc_keys.hpp"
#endif

namespace demo {

#ifdef MINCOAP_HAS_BEARSSL

inline void add_edhoc_option(CLI::App& app, std::string& key_file) {
    app.add_option("--edhoc", key_file, "agree on keys with clients (RFC 9528); a file of scripts/edhoc-keys")
        ->type_name("FILE");
}

class key_exchange {
    using curve = mincoap::bearssl::p256<mincoap::posix::random_bytes, br_ec_p256_m31>;
    using suites = mincoap::security::edhoc::p256_suites<clients_with_keys::cipher, curve>;
    using sessions = mincoap::security::edhoc::sessions<suites, 16>::with_separate;
    using responder = mincoap::security::edhoc::responder<sessions, clients_with_keys::table>;

public:
    // Reads the keys, if there is a file. The clients get contexts beside those of `others`, which must
    // outlive this object. Returns the text of a mistake, or an empty text. Call it once.
    std::string open(const std::string& key_file, clients_with_keys& others) {
        if (key_file.empty()) return {};
        auto keys = example::edhoc_keys<suites>::load(key_file);
        if (!keys) return keys.error();
        keys_ = std::move(*keys);
        own_ = keys_.own();
        peers_ = keys_.clients();
        responder_.emplace(own_, peers_, half_open_, others.expect_more());
        return {};
    }

    // Sends message_2 to the clients that wait for it.
    void work(auto& server, std::uint32_t now_ms) const {
        while (responder_ && mincoap::continue_edhoc(*responder_, server, now_ms)) continue;
    }

    // Returns `with_keys(resource, layer)` if there are keys, and `plain()` if not.
    int serve(const auto& plain, const auto& with_keys) const {
        if (!responder_) return plain();
        return with_keys(mincoap::edhoc_responder(*responder_), mincoap::edhoc{*responder_});
    }

private:
    example::edhoc_keys<suites> keys_;
    mincoap::security::edhoc::own_credential<suites> own_{};
    std::vector<mincoap::security::edhoc::credential> peers_;
    sessions half_open_{};
    std::optional<responder> responder_;
};

#else

inline void add_edhoc_option(CLI::App& /*app*/, std::string& /*key_file*/) {}

// Without a cipher library there are none.
struct key_exchange {
    static std::string open(const std::string& /*key_file*/, clients_with_keys& /*others*/) { return {}; }
    static void work(auto& /*server*/, std::uint32_t /*now_ms*/) {}
    static int serve(const auto& plain, const auto& /*with_keys*/) { return plain(); }
};

#endif

}  // namespace demo
