// Clients with keys (OSCORE, RFC 8613), for the demo and the plugtest server: their options, their
// contexts, and the layer.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <mincoap/mincoap.hpp>
#include <mincoap/posix/sequence_numbers.hpp>

#include "../oscore_keys.hpp"

#ifdef MINCOAP_HAS_BEARSSL
#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/security/edhoc/contexts.hpp>
#endif

namespace demo {

// The options of the command line.
struct oscore_settings {
    std::vector<std::string> key_files;
    std::string numbers{"."};
};

#ifdef MINCOAP_HAS_BEARSSL

inline void add_options(CLI::App& app, oscore_settings& given) {
    app.add_option("--oscore", given.key_files,
                   "the keys of a client (RFC 8613), in a file as for libcoap's server; up to 16 files")
        ->type_name("FILE");
    app.add_option("--oscore-state", given.numbers, "the folder for sequence numbers")
        ->type_name("DIR")
        ->capture_default_str();
}

class clients_with_keys {
public:
    using cipher = mincoap::bearssl::crypto;
    static constexpr std::size_t capacity = 16;
    using table = mincoap::security::edhoc::contexts<capacity, true>;

    // Restores the context of each client. Returns the text of a mistake; an empty text if there is none.
    // Call it once.
    std::string open(const oscore_settings& given) {
        if (given.key_files.empty()) return {};
        auto numbers = mincoap::posix::sequence_numbers::open(given.numbers.c_str());
        if (!numbers) return given.numbers + ": " + numbers.error().message();
        numbers_ = std::move(*numbers);
        for (const std::string& file : given.key_files)
            if (std::string mistake = add(file); !mistake.empty()) return mistake;
        return {};
    }

    auto layer() { return layer_for_clients{{peers_, cipher{}, numbers_}, peers_, expects_more_}; }

    // Returns the table, to which a key exchange adds clients.
    table& expect_more() { return expects_more_ = true, peers_; }

private:
    using context = mincoap::security::oscore::context;
    using context_state = mincoap::security::oscore::context_state;

    // The layer, which does not exist if there are no clients for it: a protected request then gets 4.02
    // as from a server without OSCORE.
    struct layer_for_clients : mincoap::oscore<table, cipher, mincoap::posix::sequence_numbers> {
        table& peers;
        bool expects_more;

        std::size_t receive(mincoap::exchange& x, const seen& noted, auto next) {
            const bool is_plain = noted.value.data() == nullptr;
            const bool exists = is_plain || expects_more || std::ranges::any_of(peers.all(), is_used);
            return exists ? oscore::receive(x, noted, next) : next(x);
        }
    };
    static bool is_used(const context& c) { return c.state != context_state::empty; }

    std::string add(const std::string& file) {
        const auto keys = example::oscore_keys::load(file);
        if (!keys) return keys.error();
        const auto first = numbers_.first(keys->identity());
        if (!first) return file + ": " + first.error().message();
        const context* const added = peers_.restore<cipher>(keys->identity(), *first);
        if (added == nullptr) return file + ": another client has this recipient_id, or there are too many clients";
        return uses_keys_twice(*added) ? file + ": another client has this master_secret and sender_id" : "";
    }

    // Two contexts with one Sender Key would use each sequence number twice.
    bool uses_keys_twice(const context& added) {
        return std::ranges::any_of(peers_.all(), [&](const context& c) {
            return &c != &added && is_used(c) && c.sender_key == added.sender_key;
        });
    }

    table peers_;
    bool expects_more_ = false;
    mincoap::posix::sequence_numbers numbers_;
};

#else

inline void add_options(CLI::App& /*app*/, oscore_settings& /*given*/) {}

// Without a cipher library there are none.
struct clients_with_keys {
    struct no_layer {
        static std::size_t receive(mincoap::exchange& x, auto next) { return next(x); }
    };
    static std::string open(const oscore_settings& /*given*/) { return {}; }
    static no_layer layer() { return {}; }
};

#endif

// Up to 128 KiB of anything, for clients with keys alone.
using private_store = mincoap::byte_store<128 * 1024>;
constexpr auto private_resource(private_store& of) {
    using mincoap::protected_only;
    return mincoap::at<"private">(protected_only(mincoap::get_blocks(of)), protected_only(mincoap::put_blocks(of)))
        .title("For clients with keys")
        .rt("demo.private")
        .osc();
}

}  // namespace demo
