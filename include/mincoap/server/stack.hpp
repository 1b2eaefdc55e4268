// The server without a socket: one datagram in, at most one out, in the same memory. It does no
// I/O, reads no clock, and stores only a counter of Message IDs and its layers. It knows no layer
// by name; see layer.hpp.
#pragma once

#include <mincoap/server/answer.hpp>
#include <mincoap/server/collect.hpp>
#include <mincoap/server/next.hpp>

namespace mincoap {

// Each of `Layers` is a class, whose object the stack stores, or a reference to one.
template <handler Site, typename... Layers>
class stack {
    using site_type = Site;
    template <typename L>
    using plain = std::remove_reference_t<L>;
    template <typename, std::size_t>
    friend class detail::next_of;
    template <typename, std::size_t>
    friend class detail::next_server;

    static_assert(detail::checked_layers<plain<Layers>...>::check());

    static constexpr bool is_counted =
        ((detail::counting<plain<Layers>> || detail::reading_outcomes<plain<Layers>>) || ...);
    static constexpr bool has_receivers = (detail::receiving<plain<Layers>> || ...);
    static constexpr bool sends = (detail::awaiting<plain<Layers>> || ...);
    static constexpr bool confirms_addresses = (detail::confirming_addresses<plain<Layers>> || ...);
    static constexpr bool may_confirm =
        has_receivers || ((detail::serving<plain<Layers>> || detail::emitting<plain<Layers>>) || ...);

public:
    static constexpr bool completes = (detail::completing<plain<Layers>> || ...);
    static constexpr bool notifies = (detail::notifying<plain<Layers>> || ...);
    static_assert(!detail::has_observables<Site> || notifies,
                  "mincoap: a place of this site is .observable(): give the server the layer observers<N>, or leave "
                  ".observable() out");
    static constexpr bool emits = (detail::originating<plain<Layers>> || ...);
    static constexpr std::size_t protection_overhead = detail::protection_overhead<plain<Layers>...>;
    // The least size of the buffer for `receive` and `emit`, in bytes.
    static constexpr std::size_t min_buffer_size = detail::min_buffer_size<plain<Layers>...>;

    template <typename... Given>
    constexpr explicit stack(const Site& given_site, Given&&... layers)
        : site_(given_site), layers_(std::forward<Given>(layers)...) {}

    // Answers the datagram in the first `from.size` bytes of the buffer, in place. Returns the size
    // of the answer in bytes; 0 if there is none. It is forced into `server::poll`, its only
    // caller: the compiler considers it too large to inline.
    [[nodiscard, gnu::always_inline]] std::size_t receive(mutable_bytes buffer, origin& from, std::uint32_t now_ms) {
        return receive_or_emit(buffer, from, now_ms, false);
    }

    // Writes a message that a layer has to send into the buffer, and its route into from.route.
    // Returns its size in bytes; 0 if there is nothing to send now.
    [[nodiscard]] std::size_t emit(mutable_bytes buffer, origin& from, std::uint32_t now_ms) {
        return idle_ms(now_ms) != 0 ? 0 : receive_or_emit(buffer, from, now_ms, true);
    }

    // Does the work of the two functions above in one piece of code: to set an exchange up takes 100
    // bytes of code.
    [[nodiscard, gnu::always_inline]] std::size_t receive_or_emit(mutable_bytes buffer, origin& from,
                                                                  std::uint32_t now_ms, bool emits_now) {
        MINCOAP_ASSERT(emits_now || from.size <= buffer.size());
        if (buffer.size() < min_buffer_size) return count(outcomes::truncated), 0;
        if constexpr (may_confirm) from.confirmed = false;  // it still describes the previous sender
        if (emits_now) from.multicast = from.truncated = false;
        exchange_type x{buffer, from, now_ms};
        if (emits_now) return x.emitted = true, emit_at<0>(x);
        if (from.truncated) detail::cut_to_header(x);
        x.read();
        const std::size_t size = receive_at<0>(x);
        if constexpr (is_counted) count(x.what);
        return size;
    }

    // Returns for how many milliseconds `emit` need not be called unless a datagram comes in.
    [[nodiscard]] constexpr std::uint32_t idle_ms(std::uint32_t now_ms) const {
        std::uint32_t least = forever_ms;
        each_layer([&](const auto& l) {
            if constexpr (detail::telling_idle_ms<decltype(l)>) {
                const std::uint32_t idle = l.idle_ms(now_ms, *this);
                least = idle < least ? idle : least;
            }
        });
        return least;
    }

    // Returns true if a layer waits for an answer from that endpoint.
    [[nodiscard]] constexpr bool awaits(const net::endpoint& remote) const {
        bool found = false;
        each_layer([&](const auto& l) {
            if constexpr (detail::awaiting<decltype(l)>) found = found || l.awaits(remote);
        });
        return found;
    }

    // Sets the next Message ID of messages that the server does not send as an Acknowledgement.
    constexpr void start_message_ids_at(std::uint16_t first) { message_id_ = first; }

    // Calls f with each layer, from the outermost inwards.
    constexpr void each_layer(const auto& f) {
        std::apply([&f](auto&... l) { (f(l), ...); }, layers_);
    }

    // Returns a layer by its class.
    template <typename L>
    [[nodiscard]] constexpr L& layer() {
        static_assert((std::same_as<L, plain<Layers>> || ...), "mincoap: this server has no such layer");
        return get<L>(std::index_sequence_for<Layers...>{});
    }

private:
    static constexpr bool has_blocks = detail::has_blocks<Site>;
    using exchange_type = detail::exchange_with<is_counted, has_blocks, plain<Layers>...>;
    template <std::size_t Index>
    using layer_at = plain<std::tuple_element_t<Index, std::tuple<Layers...>>>;

    static exchange_type& own(exchange& x) { return static_cast<exchange_type&>(x); }

    // If a layer sends messages on its own, Message IDs begin at another number for each endpoint.
    // An attacker who sees the Message IDs for its own endpoint cannot predict those for another
    // endpoint, and so cannot forge a Reset from it.
    std::uint16_t next_message_id([[maybe_unused]] const net::endpoint& remote) {
        if constexpr (!sends) return message_id_++;
        else return next_message_id(message_id_offset(remote));
    }
    [[gnu::always_inline]] std::uint16_t next_message_id(std::uint16_t offset) {
        return static_cast<std::uint16_t>(message_id_++ + offset);
    }
    std::uint16_t message_id_offset(const net::endpoint& remote) const {
        return static_cast<std::uint16_t>(tag(remote, 0, tag_purpose::message_id));
    }
    std::uint64_t tag(const net::endpoint& remote, std::uint32_t beside, tag_purpose of) const {
        std::uint64_t made = 0;
        each_layer([&](const auto& l) {
            if constexpr (detail::tagging<decltype(l)>) made = l.tag(remote, beside, of);
        });
        return made;
    }

    constexpr void each_layer(const auto& f) const {
        std::apply([&f](const auto&... l) { (f(l), ...); }, layers_);
    }
    constexpr void count(outcome o) {
        const auto tell = [o](auto& l) {
            if constexpr (detail::counting<decltype(l)>) l.count(o);
        };
        each_layer(tell);
    }
    template <typename L, std::size_t... Indices>
    constexpr L& get(std::index_sequence<Indices...>) {
        constexpr std::size_t index = (0U + ... + (std::same_as<L, layer_at<Indices>> ? Indices : 0U));
        return std::get<index>(layers_);
    }

    // ---- Pass it inwards

    template <std::size_t Index>
    std::size_t receive_at(exchange_type& x) {
        if constexpr (Index == sizeof...(Layers)) {
            return answer_message(x);
        } else if constexpr (detail::receiving_with_seen<layer_at<Index>>) {
            return std::get<Index>(layers_).receive(x, std::get<Index>(x.seen), next_from<Index + 1>());
        } else if constexpr (detail::receiving<layer_at<Index>>) {
            return std::get<Index>(layers_).receive(x, next_from<Index + 1>());
        } else {
            return receive_at<Index + 1>(x);
        }
    }
    template <std::size_t Index>
    detail::next_of<stack, Index> next_from() {
        return detail::next_of<stack, Index>{*this};
    }

    // Applies the server's own rules to a message that has passed all layers.
    [[gnu::noinline]] std::size_t answer_message(exchange_type& x) {
        if (x.error != message::parse_error::none) return detail::reject_malformed(x);
        return is_answerable(x) ? answer_request(x) : detail::reject_unwanted(x);
    }
    [[gnu::always_inline]] std::size_t answer_request(exchange_type& x) {
        x.refusal = detail::refusal<Site>(x.request);
        reply said = serve_at<0>(x, x.request);
        detail::packed_block asked = 0;
        if constexpr (has_blocks) asked = detail::left_to_server(x.collected, x.request.method());
        return answer(x, said, asked);
    }

    // ---- Ask the site

    template <std::size_t Index>
    reply serve_at(exchange& x, const request& r) {
        if constexpr (Index == sizeof...(Layers)) {
            return serve(x, r);
        } else if constexpr (detail::serving<layer_at<Index>>) {
            return std::get<Index>(layers_).serve(x, r, detail::next_server<stack, Index + 1>{*this, x});
        } else {
            return serve_at<Index + 1>(x, r);
        }
    }
    reply serve(const exchange& x, const request& r) const {
        reply said = x.refusal == code::empty ? reply{site_(r)} : reply{x.refusal};
        if (detail::is_unacceptable(r.accept, said)) said = code::not_acceptable;
        return said;
    }

    // ---- Write the answer

    // The response is piggybacked in an Acknowledgement (RFC 7252 §5.2.1), or Non-confirmable if
    // the request is (§5.2.3). `asked` is the Block option that the server answers; 0 if there is
    // none.
    [[gnu::always_inline]] std::size_t answer(exchange_type& x, reply& said, detail::packed_block asked) {
        if (said.code() == code::empty) return detail::answer_without_response(x);
        byte* const header = x.header();
        if ((header[0] & non_confirmable_bit) == 0) {
            header[0] |= acknowledgement_bit;
        } else {
            if (detail::must_stay_silent(x, said.code())) {
                if constexpr (notifies) header[1] = static_cast<byte>(said.code());  // tells layers that it failed
                x.note(x.from.multicast ? outcomes::unsaid : outcomes::bad_option);
                return 0;
            }
            set_message_id(header, next_message_id(x.from.route.remote));
        }
        return detail::write_reply<Site>(x, said, asked);
    }

    // ---- Send a message of a layer

    static std::size_t render(exchange_type& x, reply& said) { return detail::write_reply<Site>(x, said, 0); }

    template <std::size_t Index>
    std::size_t emit_at(exchange_type& x) {
        if constexpr (Index == sizeof...(Layers)) return 0;
        else if constexpr (detail::emitting<layer_at<Index>>)
            return std::get<Index>(layers_).emit(x, next_from<Index + 1>());
        else return emit_at<Index + 1>(x);
    }

    const Site& site_;
    [[no_unique_address]] std::tuple<Layers...> layers_;
    std::uint16_t message_id_ = 0;
};

// The stack refers to a layer that is a variable, and stores one that is a temporary.
template <typename Site, typename... Given>
stack(const Site&, Given&&...) -> stack<Site, Given...>;

}  // namespace mincoap
