// The resource of EDHOC (RFC 9528 §A.2): clients get the keys for OSCORE here, in three messages.
//
//     constexpr auto site = routes(at<"led">(protected_only(value(led))).osc(), edhoc_responder(keys),
//                                  well_known_core);
//
//     client                                          server
//     POST /.well-known/edhoc    f5, message_1   ›
//                                                ‹    2.04 message_2
//     POST /.well-known/edhoc    C_R, message_3  ›
//                                                ‹    2.04: there is a context now
//
// `keys` is a `security::edhoc::responder`. Beside the layer `oscore`, the server needs these:
//
//     echo_guard        A client has to confirm its address (4.01 with Echo) before message_1 takes memory.
//     deduplicate       A copy of message_1 gets the same message_2 again.
//     edhoc             The layer takes message_3 together with the first protected request (RFC 9668).
//
// An error has an EDHOC error message as its payload: 4.00 if it is the client's, 5.00 if the server has no
// place.
#pragma once

#include <mincoap/resource/routes.hpp>
#include <mincoap/security/edhoc/responder.hpp>

namespace mincoap {

namespace detail {

// The response to a message of EDHOC, unless it is message_2 (RFC 9528 §A.2.3).
template <typename Responder>
[[gnu::noinline]] reply reply_to(security::edhoc::result of) {
    using enum security::edhoc::result;
    if (of == accepted) return code::changed;
    if (of == no_message) return code::bad_request;
    const code c = of >= full ? code::internal_server_error : code::bad_request;
    return {c, content_format::edhoc, payload_view{Responder::error_message(of)}};
}

}  // namespace detail

template <typename Responder>
struct edhoc_resource {
    const Responder& keys;

    struct post : method<code::post> {
        static constexpr format_option consumes = content_format::cid_edhoc;
        static reply serve(const edhoc_resource& self, const request& r) {
            if (r.peer()) return code::forbidden;  // the answer could not be protected: the context goes
            const bytes payload = r.payload();
            const bool is_first = !payload.empty() && payload[0] == message_1_follows;
            return is_first ? self.begin(r, payload.subspan(1)) : self.finish(r, payload);
        }
    };
    using methods = method_list<post>;

private:
    using result = security::edhoc::result;

    static constexpr byte message_1_follows = 0xf5;  // true

    reply begin(const request& r, bytes message) const {
        if (!r.confirmed()) return code::unauthorized;
        if constexpr (Responder::is_separate) return begin_later(r.now_ms, message);
        else return begin_now(r, message);
    }
    [[gnu::always_inline]] reply begin_now(const request& r, bytes message) const {
        security::edhoc::message_2 out;
        const result made = keys.begin(message, r.now_ms, out);
        if (made != result::accepted) return detail::reply_to<Responder>(made);
        const bytes kept = r.copy_behind_reply(out.value());
        if (kept.empty()) return code::internal_server_error;
        return {code::changed, content_format::edhoc, payload_view{kept}};
    }
    reply begin_later(std::uint32_t now_ms, bytes message) const {
        const security::edhoc::message_1 in{message, Responder::suites::first};
        if (in.status != result::accepted) return detail::reply_to<Responder>(in.status);
        return later([all = &keys, message, now_ms](ticket t) { all->postpone(message, t.number, now_ms); });
    }
    reply finish(const request& r, bytes payload) const {
        security::edhoc::item_reader in{payload};
        const bytes c_r = in.identifier();
        const bytes message = in.byte_string();
        if (in.failed() || !in.at_end()) return detail::reply_to<Responder>(result::no_message);
        return detail::reply_to<Responder>(keys.finish(c_r, r.writable(message), r.now_ms));
    }
};

// Makes message_2 for one client that waits, and completes its request. Call it in the main loop, if the
// sessions are `sessions<suites, N>::with_separate`. Returns false if no client waits.
//
//     for (;;) {
//         server.poll(now_ms());
//         if (continue_edhoc(keys, server, now_ms())) continue;     // takes seconds on a small processor
//         ...
//     }
template <typename Responder, typename Server>
bool continue_edhoc(const Responder& keys, Server& to, std::uint32_t now_ms) {
    const auto made = keys.proceed(now_ms);
    if (!made) return false;
    const ticket of{made->ticket};
    if (made->message.empty()) to.complete(of, detail::reply_to<Responder>(made->status));
    else to.complete(of, {code::changed, content_format::edhoc, payload_view{made->message}});
    return true;
}

// Returns the resource at /.well-known/edhoc. Its link says which suites it has, and that the server takes
// combined requests (RFC 9668 §6).
template <typename Responder>
[[nodiscard]] constexpr auto edhoc_responder(const Responder& keys) {
    const auto place = at<".well-known/edhoc">(edhoc_resource<Responder>{keys}).rt("core.edhoc");
    if constexpr (Responder::suites::first == 0) {
        return place.raw(";ed-csuite=0;ed-csuite=1;ed-method=3;ed-cred-t=1;ed-idcred-t=4;ed-r;ed-comb-req");
    } else {
        return place.raw(";ed-csuite=2;ed-csuite=3;ed-method=3;ed-cred-t=1;ed-idcred-t=4;ed-r;ed-comb-req");
    }
}

}  // namespace mincoap
