// A client's keys from a file in libcoap's format. It has one value in each line, and lines that begin
// with # are comments:
//
//     master_secret,hex,"000102030405060708090a0b0c0d0e0f"
//     master_salt,hex,"9e7ca92223786340"
//     sender_id,ascii,"server"
//     recipient_id,hex,"01"
//     id_context,hex,"37cbf3210017a2d3"
#pragma once

#include <algorithm>
#include <array>
#include <expected>

#include <mincoap/security/oscore/context.hpp>

#include "key_file.hpp"

namespace example {

class oscore_keys {
public:
    // Returns the keys. An error is a text such as `server.keys:2: sender_id is not hexadecimal`.
    static std::expected<oscore_keys, std::string> load(const std::string& file) {
        oscore_keys keys;
        std::string mistake = read_key_file(file, [&](const key_line& line) { return keys.take(line); });
        if (mistake.empty() && !keys.mistake_in_all().empty()) mistake = file + ": " + keys.mistake_in_all();
        return mistake.empty() ? std::expected<oscore_keys, std::string>{keys} : std::unexpected(mistake);
    }

    // Valid as long as these keys are.
    coap::security::oscore::identity identity() const {
        const auto bytes_of = [this](which w) { return coap::bytes{*values_[w]}; };
        return {.master_secret = bytes_of(secret),
                .master_salt = values_[salt] ? bytes_of(salt) : coap::bytes{},
                .sender_id = bytes_of(sender_id),
                .recipient_id = bytes_of(recipient_id),
                .id_context = values_[id_context] ? std::optional{bytes_of(id_context)} : std::nullopt};
    }

private:
    enum which : unsigned { secret, salt, sender_id, recipient_id, id_context, count };
    struct description {
        std::string_view name;
        std::size_t min_size, max_size;  // in bytes
        bool is_needed;
    };
    static constexpr std::array<description, count> descriptions{{
        {"master_secret", 1, 1000, true},
        {"master_salt", 0, 1000, false},
        {"sender_id", 0, coap::security::oscore::max_id_size, true},
        {"recipient_id", 0, coap::security::oscore::max_id_size, true},
        {"id_context", 0, coap::security::oscore::max_id_context_size, false},
    }};

    // Settings of libcoap's that mincoap has with this value alone.
    static constexpr std::array<std::string_view, 8> settings{"replay_window,integer,32",
                                                              "rfc8613_b_1_2,bool,true",
                                                              "rfc8613_b_2,bool,false",
                                                              "aead_alg,integer,10",
                                                              "aead_alg,text,\"AES-CCM-16-64-128\"",
                                                              "hkdf_alg,integer,-10",
                                                              "hkdf_alg,text,\"direct+HKDF-SHA-256\"",
                                                              "ssn_freq,integer,64"};

    // Takes a line. Returns the text of a mistake; an empty text if there is none.
    std::string take(const key_line& line) {
        if (std::ranges::count(settings, line.whole) != 0) return {};
        const std::string name{line.name};
        const auto is_setting = [&](std::string_view s) { return s.starts_with(name + ","); };
        if (const auto setting = std::ranges::find_if(settings, is_setting); setting != settings.end())
            return name + ": this server has only " + std::string{*setting};
        for (unsigned i = 0; i < count; ++i)
            if (descriptions[i].name == name) return set(descriptions[i], values_[i], line);
        return name + " is no name of a value";
    }
    static std::string set(const description& of, std::optional<octets>& to, const key_line& line) {
        const std::string name{of.name};
        if (to) return name + " is given twice";
        auto given = line.read();
        if (!given) return given.error();
        if (given->size() < of.min_size) return name + " is empty";
        if (given->size() > of.max_size) return name + " has more than " + std::to_string(of.max_size) + " bytes";
        to = std::move(*given);
        return {};
    }

    std::string mistake_in_all() const {
        for (unsigned i = 0; i < count; ++i)
            if (descriptions[i].is_needed && !values_[i]) return std::string{descriptions[i].name} + " is missing";
        return values_[sender_id] == values_[recipient_id] ? "sender_id and recipient_id are the same" : "";
    }

    std::array<std::optional<octets>, count> values_;
};

}  // namespace example
