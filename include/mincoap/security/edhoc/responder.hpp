// A server's side of EDHOC (RFC 9528): the credentials, the half-open sessions and the contexts that they
// become.
//
//     namespace edhoc = security::edhoc;
//     using suites = edhoc::p256_suites<bearssl::crypto, bearssl::p256<hardware_random>>;
//
//     static edhoc::sessions<suites, 2> half_open;
//     static edhoc::contexts<4> peers;
//     constexpr edhoc::responder keys{own, clients, half_open, peers};
//
//     constexpr auto site = routes(at<"led">(protected_only(value(led))), edhoc_responder(keys));
//     server server{socket, site, echo_guard{key}, deduplicate<8, 80>{}, mincoap::edhoc{keys},
//                   oscore{peers, bearssl::crypto{}}};
//
// Method 3: both sides have static Diffie-Hellman keys. The server is the responder, and has one credential.
// `clients` are the credentials of those that may connect. Several of them may have the same `kid`.
#pragma once

#include <mincoap/security/edhoc/contexts.hpp>
#include <mincoap/security/edhoc/sessions.hpp>

namespace mincoap::security::edhoc {

// Decides on a client that has authenticated itself. `number` is the place of its credential in the list of
// clients. Returns the tag of its context, which handlers read with `request::peer`; no value to refuse the client.
template <typename A>
concept authorization = requires(const A& authorize, const credential& of, byte number) {
    { authorize(of, number) } -> std::same_as<std::optional<byte>>;
};

// Allows each client of the list. The tag is its number.
struct listed_clients {
    constexpr std::optional<byte> operator()(const credential& /*of*/, byte number) const { return number; }
};

// Refers to its arguments, which outlive it. `Sessions` is `sessions<suites, N>`, and `Contexts` is
// `contexts<N>`.
template <typename Sessions, typename Contexts, authorization Authorize = listed_clients>
class responder {
    using session = typename Sessions::session;

public:
    using suites = typename Sessions::suites;
    using cipher = typename suites::cipher;

    //   credential  the server's, with its private key
    //   list        the credentials of the clients: up to 255
    //   memory      for sessions
    //   table       the contexts of the layer `oscore`
    //   decision    see `authorization`
    constexpr responder(const own_credential<suites>& credential, std::span<const edhoc::credential> list,
                        Sessions& memory, Contexts& table, Authorize decision = {})
        : own_(credential), clients_(list), sessions_(memory), contexts_(table), authorize_(decision) {
        MINCOAP_ASSERT(credential.kid.size() <= max_kid_size && list.size() <= 255);
    }

    // Takes message_1, and makes message_2. It computes three shared secrets. The client's address is
    // confirmed, because the session takes memory (§9.7).
    [[nodiscard]] result begin(bytes message, std::uint32_t now_ms, message_2& out) const {
        const message_1 in{message, suites::first};
        if (in.status != result::accepted) return in.status;
        session& place = sessions_.place();
        byte c_r = 0;
        if (!sessions_.choose_c_r(in.c_i, contexts_.all(), c_r)) return result::full;
        transcript_hash hash_1;
        cipher::hash({&message, 1}, hash_1.start());
        const result made = make_message_2<suites>(in, hash_1, own_, c_r, place, out);
        if (made == result::accepted) Sessions::open(place, now_ms);
        return made;
    }

    // For a server that sends message_2 later: keeps message_1, which is accepted, and the number of a ticket.
    void postpone(bytes message, std::uint32_t ticket, std::uint32_t now_ms) const
        requires(Sessions::is_separate)
    {
        transcript_hash hash_1;
        cipher::hash({&message, 1}, hash_1.start());
        sessions_.postpone(message_1{message, suites::first}, hash_1, ticket, now_ms);
    }

    // The end of a wait. `message` is message_2, which the session keeps; empty if there is none.
    struct made_later {
        result status;
        std::uint32_t ticket;
        bytes message;
    };
    // Makes message_2 for one client that waits. Returns nothing if there is none.
    [[nodiscard]] std::optional<made_later> proceed(std::uint32_t now_ms) const
        requires(Sessions::is_separate)
    {
        session* const s = sessions_.waiting();
        if (s == nullptr) return std::nullopt;
        s->later.is_waiting = false;
        const detail::kept_message_1 kept = s->later.in;
        const message_1 in = kept.view();
        byte c_r = 0;
        const result made = sessions_.choose_c_r(in.c_i, contexts_.all(), c_r)
                                ? make_message_2<suites>(in, kept.hash, own_, c_r, *s, s->later.out)
                                : result::full;
        if (made != result::accepted) return made_later{made, s->later.ticket, {}};
        Sessions::open(*s, now_ms);
        return made_later{made, s->later.ticket, s->later.out.value()};
    }

    // Takes CIPHERTEXT_3 of the session with that C_R, and decrypts it in place. It computes a shared secret
    // for each credential with the kid. If the message is accepted, the client has a context.
    //
    // A message with a wrong tag changes nothing, because an attacker may have sent it. Any other one ends the
    // session.
    [[nodiscard]] result finish(bytes c_r, mutable_bytes ciphertext, std::uint32_t now_ms) const {
        session* const found = sessions_.find(c_r, now_ms);
        if (found == nullptr) return result::malformed;
        if (!decrypt_3<suites>(*found, ciphertext)) return result::forged;
        const plaintext_3 in{ciphertext.first(ciphertext.size() - found->mac_size), found->mac_size};
        const result r = in.is_valid ? identify(*found, in, now_ms) : result::malformed;
        Sessions::close(*found);
        return r;
    }

    // Returns the error message (§6) for a message with that result: a constant.
    static constexpr bytes error_message(result of) {
        return of == result::wrong_suite ? bytes{suites_r} : bytes{unspecified};
    }

    Contexts& contexts() const { return contexts_; }
    static constexpr bool is_separate = Sessions::is_separate;

private:
    // The error messages 1 (§6.2) and 2 (§6.3).
    static constexpr std::array<byte, 2> unspecified{0x01, 0x60};
    static constexpr std::array<byte, 4> suites_r{0x02, 0x82, suites::first, suites::first + 1};

    // Tries each credential that the kid may mean.
    [[gnu::always_inline]] result identify(const session& with, const plaintext_3& in, std::uint32_t now_ms) const {
        temporary_prk prk_4e3m;
        for (const credential& of : clients_)
            if (may_mean(in.kid, of) && authenticate<suites>(with, in, of, prk_4e3m))
                return admit(with, in, of, prk_4e3m, now_ms);
        return result::refused;
    }

    // The server's own key is that of a peer that reflects messages.
    bool may_mean(const bytes& kid, const credential& of) const {
        return oscore::detail::is_same(kid, of.kid) && !equal_bytes(of.public_key, own_.public_key, public_key_size);
    }

    [[gnu::always_inline]] result admit(const session& with, const plaintext_3& in, const credential& client, prk& from,
                                        std::uint32_t now_ms) const {
        const auto number = static_cast<byte>(&client - clients_.data());
        const std::optional<byte> tag = authorize_(client, number);
        if (!tag) return result::refused;
        oscore_secrets secrets;
        secrets.export_from<suites>(with, in, client, from);
        const bool is_put = contexts_.template put<cipher>(secrets, with.c_i(), with.c_r, *tag, number, now_ms);
        return is_put ? result::accepted : result::full;
    }

    const own_credential<suites>& own_;
    std::span<const credential> clients_;
    Sessions& sessions_;
    Contexts& contexts_;
    [[no_unique_address]] Authorize authorize_;
};

}  // namespace mincoap::security::edhoc
