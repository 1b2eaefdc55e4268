// A model of the fate of a protected request (RFC 8613 §6.1, §7.4, §8.2). It shares only the parser, the nonce and
// the additional data with the library.
#pragma once

#include <memory>
#include <optional>
#include <set>

#include "../tests/support/oscore_peer.hpp"
#include "memory_wire.hpp"
#include "oscore_cipher.hpp"

namespace mincoap::fuzz {

inline constexpr std::size_t client_count = 3;
inline constexpr std::uint64_t number_limit = std::uint64_t{1} << 40;

// The numbers that the server has accepted, as a set.
struct accepted_numbers {
    std::uint64_t floor = 0;
    std::set<std::uint64_t> all;

    bool is_new(std::uint64_t n) const {
        if (n < floor || all.contains(n)) return false;
        return all.empty() || n > *all.rbegin() || *all.rbegin() - n < 32;
    }
    void start_at(std::uint64_t n) { floor = n + 1, all = {n}; }
};

// A client, and the model of the server's side of its context.
template <typename Cipher>
struct oscore_peer {
    explicit oscore_peer(const test::shared_secret& with) : secret(with), keys(with) {}

    test::shared_secret secret;
    test::basic_oscore_client<Cipher, Cipher> keys;
    bool is_known = true;          // the server has the context
    bool is_synchronised = false;  // and its window
    accepted_numbers window;

    bool is_exhausted() const { return keys.next_number >= number_limit; }
};

// The value of a request's option.
struct named_number {
    std::uint64_t number = 0;
    std::vector<byte> kid;
    std::optional<std::vector<byte>> kid_context;
};

// Returns nothing if the option is malformed.
inline std::optional<named_number> read_option(bytes value) {
    if (value.empty() || (value[0] & 0xe8) != 0x08) return std::nullopt;
    const std::size_t size = value[0] & 7;
    if (size == 0 || size > 5 || value.size() < 1 + size || (size > 1 && value[1] == 0)) return std::nullopt;
    named_number named;
    for (std::size_t i = 0; i < size; ++i) named.number = named.number * 256 + value[1 + i];
    std::size_t at = 1 + size;
    if ((value[0] & 0x10) != 0) {
        if (at >= value.size() || at + 1 + value[at] > value.size()) return std::nullopt;
        const bytes context = value.subspan(at + 1, value[at]);
        named.kid_context.emplace(context.begin(), context.end());
        at += 1 + context.size();
    }
    named.kid.assign(value.begin() + static_cast<std::ptrdiff_t>(at), value.end());
    return named;
}

enum class fate : byte { plain, dropped, proxied, malformed, unknown, replayed, forged, opened };

struct verdict {
    fate is = fate::plain;
    bool may_be_malformed = false;  // there are strange options outside
    std::size_t from = 0;           // the client
    std::uint64_t number = 0;
    bool is_observed = false;        // by an option outside
    std::vector<byte> request = {};  // as the layers inside see it
};

inline std::vector<byte> to_vector(bytes all) { return {all.begin(), all.end()}; }

template <typename Cipher>
class oscore_model {
public:
    using client = oscore_peer<Cipher>;

    std::array<std::unique_ptr<client>, client_count> clients;

    // The fate of a datagram of which the server has received all.
    verdict judge(const datagram& d) const {
        verdict v;
        const auto read = d.view();
        if (!read || !is_answerable(d, *read)) return v;
        const unsigned count = look_outside(*read, v);
        if (count == 0) return v;
        if (d.multicast) return v.is = fate::dropped, v;
        if (read->options().find(option::proxy_uri) || read->options().find(option::proxy_scheme))
            return v.is = fate::proxied, v;
        v.is = fate_of(d, *read, count, v);
        return v;
    }

    // The client that the option names; null if there is none.
    client* find(const named_number& named) const {
        for (const auto& c : clients) {
            if (!c->is_known || to_vector(c->secret.client_id.view()) != named.kid) continue;
            if (!named.kid_context) return c.get();
            if (c->secret.id_context && to_vector(c->secret.id_context->view()) == *named.kid_context) return c.get();
        }
        return nullptr;
    }

private:
    static bool is_answerable(const datagram& d, const message::view& read) {
        return message::is_request(read.code()) && !d.is_ack_or_reset() && !(d.multicast && d.is_con());
    }
    // Returns how many OSCORE options there are.
    static unsigned look_outside(const message::view& read, verdict& v) {
        unsigned count = 0;
        for (const message::option_view o : read.options()) {
            if (o.number == option::oscore) ++count;
            else if (is_critical(o.number)) v.may_be_malformed = true;
            if (o.number == option::observe) v.is_observed = true;
        }
        return count;
    }
    fate fate_of(const datagram& d, const message::view& read, unsigned count, verdict& v) const {
        const bytes sealed = read.payload();
        if (count > 1 || sealed.empty() || must_refuse(read)) return fate::malformed;
        const auto value = read.options().find(option::oscore);
        const auto named = value ? read_option(value->value) : std::nullopt;
        if (!named) return fate::malformed;
        const client* const c = find(*named);
        if (c == nullptr) return fate::unknown;
        v.number = named->number;
        while (clients[v.from].get() != c) ++v.from;
        if (!c->window.is_new(v.number)) return fate::replayed;
        if (sealed.size() < 1 + security::tag_size) return fate::forged;
        const auto plaintext = c->keys.decrypt(sealed, v.number);
        if (!plaintext) return fate::forged;
        v.request = to_vector(bytes{d.data}.first(message::header_size + read.token().size()));
        v.request[1] = (*plaintext)[0];
        v.request.insert(v.request.end(), plaintext->view().begin() + 1, plaintext->view().end());
        return fate::opened;
    }
    // The proxy has to assemble a body in outer blocks (§4.1.3.4), and an EDHOC message (RFC 9668) is not supported.
    static bool must_refuse(const message::view& read) {
        bool must = false;
        for (const message::option_view o : read.options())
            must = must || o.number == option::block1 || o.number == option::block2 || o.number == option::edhoc ||
                   o.number == option::q_block1 || o.number == option::q_block2;
        return must;
    }
};

}  // namespace mincoap::fuzz
