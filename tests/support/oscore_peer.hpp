// The client's side of a security context (RFC 8613), without a test framework.
#pragma once

#include <optional>
#include <string>

#include <mincoap/security/oscore/protect.hpp>

#include "packet.hpp"

namespace mincoap::test {

// The IDs and the secret that a client shares with the server.
struct shared_secret {
    packet secret, server_id = "01", client_id = "c1";
    std::optional<packet> id_context;

    // A secret that no other test has, so that no test repeats the nonces of another one.
    static shared_secret fresh(const packet& client_id = "c1") {
        static std::uint16_t last = 0;
        ++last;
        packet secret = text_packet("a secret of tests ");
        secret.append(static_cast<byte>(last >> 8));
        secret.append(static_cast<byte>(last));
        return {.secret = secret, .server_id = "01", .client_id = client_id, .id_context = std::nullopt};
    }
    security::oscore::identity of_server() const { return of(server_id, client_id); }
    security::oscore::identity of_client() const { return of(client_id, server_id); }

private:
    security::oscore::identity of(const packet& sender, const packet& recipient) const {
        security::oscore::identity made{.master_secret = secret,
                                        .master_salt = {},
                                        .sender_id = sender,
                                        .recipient_id = recipient,
                                        .id_context = std::nullopt};
        if (id_context) made.id_context = id_context->view();
        return made;
    }
};

// A client with a security context: protects requests with `Sealing`, and reads the answers with `Opening`.
template <security::crypto Sealing, security::crypto Opening>
class basic_oscore_client {
public:
    explicit basic_oscore_client(const shared_secret& with, const packet& salt = {}) {
        security::oscore::identity of = with.of_client();
        of.master_salt = salt;
        security::oscore::derive<Opening>(context_, of);
    }

    std::uint64_t next_number = 0;

    bytes sender_key() const { return context_.sender_key; }

    // The number of the last request.
    std::uint64_t number() const { return next_number - 1; }

    // Protects a request. Its Observe option is inside and outside (§4.1.3.5.1). `outer` holds other
    // options of the message, encoded, with numbers below that of OSCORE.
    packet protect(const packet& request) {
        const auto message = message::view::parse(request).value();
        packet inner;
        inner.append(static_cast<byte>(message.code()));
        const std::size_t token_end = message::header_size + message.token().size();
        inner = inner + packet{request.view().subspan(token_end)};
        const auto observe = message.options().find(option::observe);
        return protect_inner(request, inner, observe ? std::optional{packet{observe->value}} : std::nullopt);
    }

    // Protects any plaintext behind the header and token of a message.
    packet protect_inner(const packet& header, const packet& inner,
                         const std::optional<packet>& outer_observe = std::nullopt) {
        const std::size_t token_end = message::header_size + message::token_size_of(header.view().data());
        packet all{header.view().first(token_end)};
        all[1] = static_cast<byte>(outer_observe ? code::fetch : code::post);
        if (outer_observe) all = all + encoded_option(6, *outer_observe);
        all = all + encoded_option(outer_observe ? 3 : 9, option_value(next_number)) + "ff";
        return all + encrypt(inner, next_number++);
    }

    // The value of the option of a request with that number.
    packet option_value(std::uint64_t number) const {
        const security::oscore::partial_iv piv{number};
        packet value;
        const bool has_context = kid_context.has_value();
        value.append(static_cast<byte>(0x08 + (has_context ? 0x10 : 0) + piv.value().size()));
        value = value + packet{piv.value()};
        if (has_context) value.append(static_cast<byte>(kid_context->size()));
        if (has_context) value = value + *kid_context;
        return value + packet{context_.sender_id()};
    }
    std::optional<packet> kid_context;

    // Encrypts a plaintext as a request with that number.
    packet encrypt(const packet& inner, std::uint64_t number) const {
        packet sealed = inner + filler(security::tag_size);
        const inputs in{*this, number};
        Sealing::seal(context_.sender_key.data(), in.nonce.data(), in.aad.value(), {sealed.data(), sealed.size()},
                      security::tag_size);
        return sealed;
    }

    // Opens a request of this client as the server does. Returns the plaintext; nothing if the tag is wrong.
    std::optional<packet> decrypt(bytes sealed, std::uint64_t number) const {
        packet opened{sealed};
        const inputs in{*this, number};
        if (!Opening::open(context_.sender_key.data(), in.nonce.data(), in.aad.value(), {opened.data(), opened.size()},
                           security::tag_size))
            return std::nullopt;
        return packet{opened.view().first(opened.size() - security::tag_size)};
    }

    struct answer {
        packet message;           // decrypted: the inner code and options behind the outer header and token
        bool has_number = false;  // it has a number of the server's own
        std::uint64_t number = 0;
        code outer = code::empty;
        std::optional<packet> outer_observe;
    };

    // Opens a response to the request with that number. Returns nothing if it is not protected, or not right.
    std::optional<answer> open(bytes datagram, std::uint64_t of) const {
        const auto message = message::view::parse(datagram);
        if (!message) return std::nullopt;
        const auto option = message->options().find(option::oscore);
        if (!option) return std::nullopt;
        answer a;
        a.outer = message->code();
        if (const auto observe = message->options().find(option::observe)) a.outer_observe = packet{observe->value};
        inputs in{*this, of};
        if (!option->value.empty()) {
            a.has_number = true;
            if (option->value[0] != option->value.size() - 1) return std::nullopt;
            for (const byte b : option->value.subspan(1)) a.number = a.number << 8 | b;
            security::oscore::make_nonce(context_, context_.recipient_id(), security::oscore::partial_iv{a.number},
                                         in.nonce.data());
        }
        packet sealed{message->payload()};
        if (!Opening::open(context_.recipient_key.data(), in.nonce.data(), in.aad.value(),
                           {sealed.data(), sealed.size()}, security::tag_size))
            return std::nullopt;
        a.message = packet{datagram.first(message::header_size + message->token().size())};
        a.message[1] = sealed[0];
        a.message = a.message + packet{sealed.view().subspan(1, sealed.size() - 1 - security::tag_size)};
        return a;
    }

private:
    // Nonce and additional data from the client's side: it is the sender.
    struct inputs {
        std::array<byte, security::nonce_size> nonce{};
        security::oscore::additional_data aad;

        inputs(const basic_oscore_client& of, std::uint64_t number) {
            const security::oscore::partial_iv piv{number};
            aad.make(of.context_.sender_id(), piv.value());
            security::oscore::make_nonce(of.context_, of.context_.sender_id(), piv, nonce.data());
        }
    };

    security::oscore::context context_;
};

}  // namespace mincoap::test
