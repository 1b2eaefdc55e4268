// OSCORE (RFC 8613): requests of clients with a security context are decrypted, and their answers are
// encrypted.
//
//     static security::oscore::contexts<4> peers;
//     static deduplicate<8, 64> repeated;
//     server server{socket, site, echo_guard{key}, repeated, oscore{peers, bearssl::crypto{}}, observing};
//
// The layers inside and the site see the decrypted request, as if it had come like that, and
// `request::peer` tells which client has sent it. Plain requests pass. `protected_only` and `allow`
// say which resources they may use.
//
// Everything happens in the server's buffer. Nothing of a context changes until the tag of a request
// turns out to be right. From then on, each answer is protected, also a challenge or an error.
// Before, the server answers with the plain errors of §8.2 and Max-Age 0, or with
// `oscore{...}.silent()` not at all.
//
// Order: `deduplicate` is in front, because a copy of a request would be a replay; `undeduplicated`
// takes its place where there are no copies. The guard is in front too. It lets protected answers of
// any size pass: a request draws one, and only its client can make a request. That client's address
// is confirmed by an inner Echo option before an observation or a separate response takes memory.
// Observers and separate are behind.
//
// An answer uses the nonce of its request, once, if the window has just accepted the request's
// number. Each other answer, such as a notification, has a sequence number of the server's own. Once
// these are used up, or if the storage fails, the server says nothing more to that client.
//
// Contexts that outlast a restart of the server (`kept_contexts`) need a storage for their numbers:
// `oscore{peers, bearssl::crypto{}, storage}`. Their first request is answered with a challenge, and
// the request with its Echo sets the window (§B.1.2).
#pragma once

#include <mincoap/layer/oscore_order.hpp>
#include <mincoap/layer/oscore_outcomes.hpp>
#include <mincoap/message/option_head.hpp>
#include <mincoap/security/oscore/contexts.hpp>
#include <mincoap/security/oscore/protect.hpp>
#include <mincoap/server/refusal.hpp>

namespace mincoap {
namespace detail {

// How an answer is protected: `exchange::protection`.
struct oscore_protection {
    // The answer is a plain error, which the guard leaves as it is.
    static constexpr std::uint64_t refused = 1;

    static constexpr std::uint64_t number_bits = security::oscore::number_limit - 1;
    static constexpr unsigned generation_at = 56;  // 6 bits

    static constexpr std::uint64_t generation_of(const security::oscore::context& c) {
        return static_cast<std::uint64_t>(c.generation & 0x3fU) << generation_at;
    }
    static constexpr bool is_of(std::uint64_t how, const security::oscore::context& c) {
        return c.state != security::oscore::context_state::empty &&
               (how >> generation_at & 0x3f) == (c.generation & 0x3fU);
    }
    static constexpr std::uint64_t pack(const security::oscore::context& c, std::size_t index, std::uint64_t number) {
        return protection_is_authentic | generation_of(c) | std::uint64_t{c.tag} << protection_tag |
               static_cast<std::uint64_t>(index) << protection_context | number;
    }
};

}  // namespace detail

// `Contexts` is `contexts<N>` or `kept_contexts<N>`. `IsSilent`: see `silent()`.
template <typename Contexts, security::crypto Cipher, security::oscore::storage Storage = security::oscore::no_storage,
          bool IsSilent = false>
class oscore {
    using context = security::oscore::context;
    using context_state = security::oscore::context_state;
    using protection = detail::oscore_protection;
    static constexpr bool has_storage = !std::same_as<Storage, security::oscore::no_storage>;

    static_assert(!Contexts::are_kept || has_storage,
                  "mincoap: kept_contexts need a storage for their sequence numbers: oscore{peers, cipher{}, storage}");

public:
    using once = struct oscore_kind;
    static constexpr std::size_t protection_overhead = security::oscore::max_overhead;

    // A header, a token and a challenge.
    static constexpr std::size_t min_message_size =
        message::header_size + message::max_token_size + 10 + protection_overhead;

    static_assert(min_message_size <= net::min_lent_size);
    // `peers` and `kept` must outlive the server.
    constexpr oscore(Contexts& peers, Cipher /*cipher*/) : contexts_(peers) {}
    constexpr oscore(Contexts& peers, Cipher /*cipher*/, Storage& kept) : contexts_(peers), storage_(kept) {}

    // Sends no plain error. An attacker then does not learn which kids exist. A client that has lost
    // its context does not learn it either.
    constexpr oscore<Contexts, Cipher, Storage, true> silent() const {
        if constexpr (has_storage) return {contexts_, Cipher{}, storage_};
        else return {contexts_, Cipher{}};
    }

    template <typename Outside, typename Inside>
    static consteval void check() {
        detail::oscore_order<Outside, Inside, Contexts::are_kept>::check();
    }

    // The OSCORE option; data() is null if there is none. Whether there is an Observe option.
    struct seen {
        bytes value;
        bool is_observed = false;
    };
    static void option(seen& noted, const message::option_view& o) {
        if (o.number == option::oscore) noted.value = o.value;
        if (o.number == option::observe) noted.is_observed = true;
    }

    std::size_t receive(exchange& x, const seen& noted, auto next) {
        const bool is_protected = noted.value.data() != nullptr && x.error == message::parse_error::none;
        return is_protected && is_answerable(x) ? answer_protected(x, noted, next) : next(x);
    }

    // Encrypts a message of an inner layer.
    std::size_t emit(exchange& x, auto next) {
        const std::size_t size = next.emit(x);
        if (size == 0 || !is_authentic(x)) return size;
        security::oscore::cipher_input in;
        in.make(context_of(x), x.protection & protection::number_bits);
        return seal(x, in, size, true);
    }
    std::uint32_t idle_ms(std::uint32_t /*now_ms*/, const auto& /*all*/) const { return forever_ms; }

private:
    enum class failure : byte { none, malformed, unknown, replayed, forged };

    // Options outside that a server must not ignore. Block options outside are a proxy's.
    static constexpr option_set not_outside = malformed_options | set_of(option::block1) | set_of(option::block2) |
                                              set_of(option::q_block1) | set_of(option::q_block2) |
                                              set_of(option::edhoc);

    // ---- Before the tag is checked: plain errors

    [[gnu::noinline]] std::size_t answer_protected(exchange& x, const seen& noted, auto next) {
        if (x.from.multicast) return next.note(x, outcomes::unwanted), 0;
        if ((x.request.critical_options & detail::proxying) != 0) return next.answer(x, code::proxying_not_supported);
        security::oscore::cipher_input in;
        const failure why = open(x, noted, in);
        return why == failure::none ? answer_opened(x, in, next) : refuse(x, why, next);
    }

    // Opens the request in place, and makes a message of it. `x.protection` then has its context, and
    // `in` has what the answer is sealed with. Not inlined: its variables leave the stack before the
    // site answers.
    [[gnu::noinline]] failure open(exchange& x, const seen& noted, security::oscore::cipher_input& in) {
        security::oscore::request_option o;
        const bytes payload = x.request.payload();
        const bool is_sound = (x.request.critical_options & not_outside) == 0 && !payload.empty();
        if (!is_sound || !decode(noted.value, o)) return failure::malformed;
        context* const with = find(contexts_.all().data(), contexts_.all().size(), o);
        if (with == nullptr) return failure::unknown;
        const mutable_bytes sealed = x.request.writable(payload);
        in.make(*with, o.number);
        const auto result = security::oscore::open<Cipher>(*with, o.number, in, sealed);
        if (result == security::oscore::open_result::replayed) return failure::replayed;
        if (result == security::oscore::open_result::forged) return failure::forged;
        x.size = security::oscore::unwrap(x.header(), token_end_of(x), sealed);
        x.protection = protection::pack(*with, static_cast<std::size_t>(with - contexts_.all().data()), o.number);
        if (noted.is_observed) x.protection |= detail::protection_is_observed;
        return failure::none;
    }

    // Sends a plain error with Max-Age 0 (§8.2).
    std::size_t refuse(exchange& x, failure why, auto next) {
        x.protection = protection::refused;
        const std::size_t size = IsSilent ? 0 : next.answer(x, code_of(why));
        next.note(x, outcome_of(why));
        if (size == 0) return 0;
        byte* const end = message::write_option_head(x.header() + size, number_of(option::max_age), 0);
        return static_cast<std::size_t>(end - x.header());
    }
    static code code_of(failure why) {
        if (why == failure::malformed) return code::bad_option;
        return why == failure::forged ? code::bad_request : code::unauthorized;
    }
    static outcome outcome_of(failure why) {
        if (why == failure::malformed) return outcomes::oscore_malformed;
        if (why == failure::unknown) return outcomes::oscore_unknown;
        return why == failure::replayed ? outcomes::oscore_replayed : outcomes::oscore_forged;
    }

    // ---- After it: protected answers

    [[gnu::always_inline]] std::size_t answer_opened(exchange& x, security::oscore::cipher_input& in, auto next) {
        next.reread(x);
        x.reserve(protection_overhead);
        const bool is_request_inside = x.error == message::parse_error::none && is_request(x.method) &&
                                       (x.request.critical_options & set_of(option::oscore)) == 0;
        const bool is_fresh = is_request_inside && next.has_fresh_echo(x);
        const bool is_synchronised = synchronise(context_of(x), x, is_fresh);
        x.from.confirmed = x.from.confirmed || is_fresh;
        std::size_t size = 0;
        if (!is_request_inside) size = next.answer(x, code::bad_request), next.note(x, outcomes::oscore_bad_request);
        else if (!is_synchronised) size = next.answer(x, code::unauthorized);
        else size = next(x);
        if (size == 0 || message::code_of(x.header()) == code::empty) return size;  // an Empty message stays plain
        if (is_request_inside && message::code_of(x.header()) == code::unauthorized &&
            !(is_synchronised && x.from.confirmed))
            size = next.challenge(x), next.note(x, outcomes::oscore_challenged);
        size = seal(x, in, size, !is_synchronised);
        if (size == 0) next.note(x, outcomes::oscore_unsealed);
        return size;
    }

    // Returns true if the context has a window, in which the request's number is used once. A fresh
    // request gives it one (§B.1.2).
    static bool synchronise(context& with, const exchange& x, bool is_fresh) {
        if constexpr (!has_storage) return true;
        if (with.state == context_state::unsynchronised && is_fresh) {
            with.window.start_at(x.protection & protection::number_bits);
            with.state = context_state::ready;
        }
        return with.state == context_state::ready;
    }

    context& context_of(const exchange& x) { return contexts_.all()[detail::context_place(x.protection)]; }

    // Encrypts the answer, or a message of an inner layer. Returns 0 if that cannot be done: the
    // context was removed meanwhile, or has no number left.
    [[gnu::noinline]] std::size_t seal(exchange& x, security::oscore::cipher_input& in, std::size_t size,
                                       bool needs_number) {
        context& with = context_of(x);
        if (!protection::is_of(x.protection, with)) return 0;
        std::uint64_t number = 0;
        if (needs_number && !take_number(with, storage_, number)) return 0;
        const security::oscore::partial_iv own{number};
        const code outer = (x.protection & detail::protection_is_observed) != 0 ? code::content : code::changed;
        return security::oscore::seal<Cipher>(with, in, needs_number ? &own : nullptr, x.header(), token_end_of(x),
                                              size, outer);
    }

    Contexts& contexts_;
    [[no_unique_address]] std::conditional_t<has_storage, Storage&, Storage> storage_;
};

}  // namespace mincoap
