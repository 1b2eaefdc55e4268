// Checks the layers of a server: finds out which functions of `layer_archetype` a class has, and
// gives each mistake its own sentence.
#pragma once

#include <mincoap/message/path_hash.hpp>
#include <mincoap/server/layer.hpp>

namespace mincoap {
namespace detail {

// ---- The functions that a layer has

// The layer's type `seen`; an empty type if it has none.
template <typename L>
struct seen_of_layer {
    struct type {};
};
template <typename L>
    requires requires { typename L::seen; }
struct seen_of_layer<L> {
    using type = typename L::seen;
};
template <typename L>
using seen_of = typename seen_of_layer<std::remove_cvref_t<L>>::type;

template <typename L>
concept receiving_with_seen = requires(L& layer, exchange& x, seen_of<L>& seen) {
    { layer.receive(x, seen, next_archetype{}) } -> std::same_as<std::size_t>;
};
template <typename L>
concept receiving = receiving_with_seen<L> || requires(L& layer, exchange& x) {
    { layer.receive(x, next_archetype{}) } -> std::same_as<std::size_t>;
};
template <typename L>
concept serving = requires(L& layer, exchange& x, const request& r) {
    { layer.serve(x, r, next_server_archetype{}) } -> std::same_as<reply>;
};
template <typename L>
concept emitting = requires(L& layer, exchange& x) {
    { layer.emit(x, next_archetype{}) } -> std::same_as<std::size_t>;
};
template <typename L>
concept reading_options =
    requires(L& layer, seen_of<L>& seen, const message::option_view& o) { layer.option(seen, o); };
template <typename L>
concept telling_idle_ms = requires(const L& layer) {
    { layer.idle_ms(std::uint32_t{}, all_archetype{}) } -> std::same_as<std::uint32_t>;
};
template <typename L>
concept awaiting = requires(const L& layer, const net::endpoint& remote) {
    { layer.awaits(remote) } -> std::same_as<bool>;
};
template <typename L>
concept counting = requires(L& layer, outcome o) { layer.count(o); };

template <typename L>
concept reading_outcomes = requires { requires L::reads_outcomes; };
template <typename L>
concept confirming_addresses = requires { requires L::confirms_addresses; };
template <typename L>
concept tagging = requires(const L& layer, const net::endpoint& remote) {
    { layer.tag(remote, std::uint32_t{}, tag_purpose::echo) } -> std::same_as<std::uint64_t>;
};
template <typename L>
concept completing = requires(L& layer) { layer.complete(ticket{}, reply{code::content}); };
template <typename L>
concept notifying = requires(L& layer) { layer.changed(message::path_hash{}, message::type::confirmable); };
template <typename L>
concept guarding = requires { requires L::guards; };
template <typename L>
concept challenging = requires(L& layer, exchange& x, const seen_of<L>& seen) {
    { layer.has_fresh_echo(x, seen) } -> std::same_as<bool>;
    { layer.write_challenge(x) } -> std::same_as<std::size_t>;
};
template <typename L>
concept protecting = requires { L::protection_overhead; };
template <typename... Layers>
inline constexpr std::size_t protection_overhead = 0;
template <typename L, typename... Others>
inline constexpr std::size_t protection_overhead<L, Others...> = protection_overhead<Others...>;
template <protecting L, typename... Others>
inline constexpr std::size_t protection_overhead<L, Others...> = L::protection_overhead;

// A layer with messages of its own, not one that only changes those of inner layers.
template <typename L>
concept originating = emitting<L> && !protecting<L>;

// The least size of the server's memory in bytes: the largest `min_message_size` of its layers.
template <typename L>
constexpr std::size_t needed_by() {
    if constexpr (requires { L::min_message_size; }) return L::min_message_size;
    else return message::header_size + message::max_token_size;
}
template <typename... Layers>
inline constexpr std::size_t min_buffer_size = [] {
    std::size_t most = message::header_size + message::max_token_size;
    ((most = needed_by<Layers>() > most ? needed_by<Layers>() : most), ...);
    return most;
}();

template <typename L>
concept layer = receiving<L> || serving<L> || emitting<L> || counting<L> || requires { L::guards; };

// ---- Names of functions: a member with a name of `layer_archetype` and another signature is a mistake.

struct any_name {
    int receive, serve, emit, option, idle_ms, awaits, count;
};
// If both bases have a member of the same name, that name is ambiguous in the derived class. A
// final class cannot be a base, so a layer must not be final.
template <typename L>
struct with_any_name : L, any_name {};
template <typename L>
concept names_receive = !std::is_final_v<L> && !requires { &with_any_name<L>::receive; };
template <typename L>
concept names_serve = !std::is_final_v<L> && !requires { &with_any_name<L>::serve; };
template <typename L>
concept names_emit = !std::is_final_v<L> && !requires { &with_any_name<L>::emit; };
template <typename L>
concept names_option = !std::is_final_v<L> && !requires { &with_any_name<L>::option; };
template <typename L>
concept names_idle_ms = !std::is_final_v<L> && !requires { &with_any_name<L>::idle_ms; };
template <typename L>
concept names_awaits = !std::is_final_v<L> && !requires { &with_any_name<L>::awaits; };
template <typename L>
concept names_count = !std::is_final_v<L> && !requires { &with_any_name<L>::count; };

// One layer by itself.
template <typename L>
struct checked_layer {
    static_assert(
        !std::is_final_v<L>,
        "mincoap: a layer must not be final, since the server derives from it to check its functions; remove final");
    static_assert(layer<L> || names_receive<L> || names_serve<L> || names_emit<L> || names_count<L>,
                  "mincoap: this class is not a layer: it has no function that the server calls; compare the names of "
                  "its functions with those in server/layer.hpp");
    static_assert(
        !names_receive<L> || receiving<L>,
        "mincoap: receive of a layer is std::size_t receive(exchange&, auto next), or receive(exchange&, seen&, auto "
        "next)");
    static_assert(!names_serve<L> || serving<L>,
                  "mincoap: serve of a layer is reply serve(exchange&, const request&, auto next)");
    static_assert(!names_emit<L> || emitting<L>, "mincoap: emit of a layer is std::size_t emit(exchange&, auto next)");
    static_assert(!names_option<L> || reading_options<L>,
                  "mincoap: option of a layer is static void option(seen&, const message::option_view&), and seen is a "
                  "struct in the layer");
    static_assert(!names_option<L> || receiving_with_seen<L>,
                  "mincoap: a layer that notes options reads them in std::size_t receive(exchange&, seen&, auto next)");
    static_assert(!names_idle_ms<L> || telling_idle_ms<L>,
                  "mincoap: idle_ms of a layer is std::uint32_t idle_ms(std::uint32_t now_ms, const auto& all) const");
    static_assert(!names_awaits<L> || awaiting<L>,
                  "mincoap: awaits of a layer is bool awaits(const net::endpoint&) const");
    static_assert(!names_count<L> || counting<L>, "mincoap: count of a layer is void count(outcome)");
    static_assert(!emitting<L> || telling_idle_ms<L>,
                  "mincoap: a layer with emit also needs idle_ms, which says when it has something to send");
};

// ---- All layers of a server together

template <typename L>
struct once_of_layer {
    using type = L;
};
template <typename L>
    requires requires { typename L::once; }
struct once_of_layer<L> {
    using type = typename L::once;
};
template <typename L>
using once_of = typename once_of_layer<L>::type;
template <typename L, typename Kind>
inline constexpr bool is_kind = std::same_as<once_of<L>, Kind>;

template <typename... Layers>
struct checked_layers {
    template <typename L>
    static constexpr unsigned count_of = (0U + ... + is_kind<Layers, once_of<L>>);
    static constexpr unsigned guard_count = (0U + ... + guarding<Layers>);

    static_assert(((count_of<Layers> == 1) && ...),
                  "mincoap: this server has the same layer twice, or two layers of a kind that it takes once; remove "
                  "one, or give a single layer all the arguments");
    static_assert(guard_count != 0,
                  "mincoap: name a layer that guards others against forged requests: echo_guard{key}, or unguarded{} "
                  "for none");
    static_assert(guard_count <= 1, "mincoap: two layers guard others against forged requests; remove one of them");

    static consteval bool check() {
        return (static_cast<void>(checked_layer<Layers>{}), ...), check_places(layer_list<>{}, layer_list<Layers...>{});
    }

private:
    template <typename... Outside>
    static consteval bool check_places(layer_list<Outside...>, layer_list<>) {
        return true;
    }
    template <typename... Outside, typename L, typename... Inside>
    static consteval bool check_places(layer_list<Outside...>, layer_list<L, Inside...>) {
        if constexpr (requires { L::template check<layer_list<Outside...>, layer_list<Inside...>>(); })
            L::template check<layer_list<Outside...>, layer_list<Inside...>>();
        return check_places(layer_list<Outside..., L>{}, layer_list<Inside...>{});
    }
};

}  // namespace detail

static_assert(detail::receiving<layer_archetype> && detail::serving<layer_archetype> &&
              detail::emitting<layer_archetype> && detail::reading_options<layer_archetype> &&
              detail::telling_idle_ms<layer_archetype> && detail::awaiting<layer_archetype> &&
              detail::counting<layer_archetype>);

}  // namespace mincoap
