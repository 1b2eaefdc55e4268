// Combined requests (RFC 9668): message_3 of EDHOC in front of the client's first protected request, which
// saves a round trip.
//
//     server server{socket, site, echo_guard{key}, answers, mincoap::edhoc{keys}, oscore{peers, cipher{}}};
//
// `keys` is the `security::edhoc::responder` of the resource `edhoc_responder`. The layer takes message_3
// out of the request, and `oscore` goes on with the rest. If message_3 fails, the client gets an EDHOC
// error message, unprotected. A request without the EDHOC option passes.
//
// The layer also notes which contexts are in use, so that a new client takes the place of one that has sent
// nothing for the longest time.
//
// Order: `deduplicate` is in front, because a session ends with its message_3: a copy would fail. Behind it
// are this layer and `oscore`.
#pragma once

#include <mincoap/resource/edhoc_responder.hpp>
#include <mincoap/server/layer_checks.hpp>

namespace mincoap {

struct deduplicate_kind;
struct oscore_kind;

template <typename Responder>
class edhoc {
    using result = security::edhoc::result;

    // A header, a token, Content-Format, the marker and message_2.
    static constexpr std::size_t max_answer_size =
        message::header_size + message::max_token_size + 2 + 1 + security::edhoc::message_2::max_size;

    template <typename L>
    static consteval bool keeps_less() {
        if constexpr (requires { L::max_answer_size; }) return L::max_answer_size < max_answer_size;
        else return false;
    }

public:
    using once = struct edhoc_kind;

    // `keys` must outlive the server.
    constexpr explicit edhoc(const Responder& keys) : keys_(keys) {}
    static_assert(max_answer_size <= 80);

    template <typename Outside, typename Inside>
    static consteval void check() {
        static_assert(Outside::any([]<typename L>() { return detail::is_kind<L, deduplicate_kind>; }),
                      "mincoap: put deduplicate in front of edhoc: a copy of message_1 must get the same message_2");
        static_assert(Responder::is_separate || !Outside::any([]<typename L>() { return keeps_less<L>(); }),
                      "mincoap: message_2 is an answer of up to 80 bytes, which a copy of message_1 gets again: write "
                      "deduplicate<N, 80>");
        static_assert(Inside::any([]<typename L>() { return detail::is_kind<L, oscore_kind>; }),
                      "mincoap: put oscore behind edhoc: it has the contexts that edhoc makes");
    }

    // The OSCORE option; data() is null if there is none.
    struct seen {
        bytes value;
    };
    static void option(seen& noted, const message::option_view& o) {
        if (o.number == option::oscore) noted.value = o.value;
    }

    std::size_t receive(exchange& x, const seen& noted, auto next) {
        const bool is_combined = (x.request.critical_options & set_of(option::edhoc)) != 0;
        if (is_combined && x.error == message::parse_error::none && is_answerable(x) && !x.from.multicast) {
            const result taken = take(x, noted.value);
            if (taken != result::accepted) return next.answer(x, detail::reply_to<Responder>(taken));
        }
        const std::size_t size = next(x);
        if (is_authentic(x)) keys_.contexts().note_use(detail::context_place(x.protection), x.now_ms());
        return size;
    }

private:
    // Takes message_3 out of the request (RFC 9668 §3.3.1).
    [[gnu::noinline]] result take(exchange& x, bytes value) const {
        security::oscore::request_option o;
        const bytes payload = x.request.payload();
        security::edhoc::item_reader in{payload};
        const bytes message = in.byte_string();
        if (in.failed() || in.at_end() || !decode(value, o)) return result::no_message;
        x.request.message.drop_from_payload(static_cast<std::size_t>(in.rest().data() - payload.data()));
        x.request.critical_options &= ~set_of(option::edhoc);
        return keys_.finish(o.kid, x.request.writable(message), x.now_ms());
    }

    const Responder& keys_;
};

}  // namespace mincoap
