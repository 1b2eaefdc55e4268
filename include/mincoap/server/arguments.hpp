// Checks the arguments of a server before the server is made. Each mistake has its own sentence,
// and the compiler prints no other error.
#pragma once

#include <mincoap/server/server_memory.hpp>
#include <mincoap/server/stack.hpp>

namespace mincoap::detail {

template <typename T>
inline constexpr std::size_t size_of_memory = 0;
template <std::size_t Size>
inline constexpr std::size_t size_of_memory<server_memory<Size>> = Size;

// Memory of a server, and types given in its place by mistake: an array, a span, a pointer to
// bytes.
template <typename T>
concept memory = size_of_memory<std::remove_cvref_t<T>> != 0;
template <typename T>
concept memory_like =
    memory<T> || std::is_array_v<std::remove_reference_t<T>> ||
    (std::is_pointer_v<std::remove_cvref_t<T>> && !std::is_class_v<std::remove_pointer_t<std::remove_cvref_t<T>>>) ||
    requires(T& given) {
        given.data();
        given.size();
    };

// A type to be dereferenced, such as a pointer, a std::optional or a std::expected.
template <typename T>
concept leads_to_socket = requires(T& given) { requires net::udp_socket<std::remove_reference_t<decltype(*given)>>; };
template <typename T>
concept leads_to_handler = requires(T& given) { requires handler<std::remove_cvref_t<decltype(*given)>>; };

template <typename T>
concept receiving_socket = requires(T& socket, mutable_bytes storage, net::arrival& arrival) {
    { socket.receive(storage, arrival) } -> std::same_as<net::status>;
    requires !requires { socket.receive(storage, net::arrival{}); };
};

// `Socket` and `Handler` are the deduced types of the arguments: lvalue references, or plain types
// for temporaries.
template <typename Socket, typename Handler>
struct checked_socket_and_handler {
    using socket = std::remove_reference_t<Socket>;
    using handler = std::remove_cvref_t<Handler>;
    static constexpr bool is_swapped = mincoap::handler<std::remove_cvref_t<Socket>> && net::udp_socket<handler>;
    static constexpr bool is_indirect = leads_to_socket<socket>;
    static constexpr bool is_constant =
        std::is_const_v<socket> && !net::udp_socket<socket> && net::udp_socket<std::remove_const_t<socket>>;
    static constexpr bool has_words = is_swapped || is_indirect || is_constant;
    static constexpr bool receives = receiving_socket<socket>;
    static constexpr bool is_pointer = leads_to_handler<handler> && !mincoap::handler<handler>;
    static constexpr bool is_sound = net::udp_socket<socket> && mincoap::handler<handler> &&
                                     std::is_lvalue_reference_v<Socket> && std::is_lvalue_reference_v<Handler>;

    static_assert(!is_swapped, "mincoap: the socket comes first: server{socket, handler, layers...}");
    static_assert(
        !is_indirect,
        "mincoap: this argument is not a socket but leads to one; check that it is not null, and pass *socket");
    static_assert(!is_constant, "mincoap: the socket is constant, and receive and send change it; remove the const");
    static_assert(has_words || receives,
                  "mincoap: a socket has a function net::status receive(mutable_bytes, net::arrival&), as "
                  "net/udp_socket.hpp describes it");
    static_assert(has_words || !receives || net::udp_socket<socket>,
                  "mincoap: a socket has a function net::status send(bytes, const net::route&), as net/udp_socket.hpp "
                  "describes it");
    static_assert(has_words || !net::udp_socket<socket> || std::is_lvalue_reference_v<Socket>,
                  "mincoap: the server refers to its socket, and this one is a temporary; make it a variable first");
    static_assert(is_swapped || !is_pointer, "mincoap: pass the handler itself, not a pointer to it");
    static_assert(is_swapped || is_pointer || mincoap::handler<handler>,
                  "mincoap: the second argument is a handler: a site made by routes(...), or an object with reply "
                  "operator()(const request&) const");
    static_assert(
        !mincoap::handler<handler> || std::is_lvalue_reference_v<Handler>,
        "mincoap: the server refers to its handler, and this one is a temporary; make it a variable first, as "
        "in constexpr auto site = routes(...)");
};

template <typename...>
inline constexpr bool has_memory_in_front = false;
template <typename First, typename... Others>
inline constexpr bool has_memory_in_front<First, Others...> = memory_like<First>;

// A layer that can be stored: a variable, or a temporary that can be moved into the server.
template <typename L>
inline constexpr bool is_storable = std::is_lvalue_reference_v<L> || std::is_constructible_v<std::remove_cvref_t<L>, L>;

// The arguments after the handler and after the memory, if there is any.
template <typename... Layers>
struct checked_arguments {
    static constexpr bool has_memory = (memory_like<Layers> || ...);
    static constexpr bool are_objects = (std::is_class_v<std::remove_cvref_t<Layers>> && ...);
    static constexpr bool are_storable = !are_objects || (is_storable<Layers> && ...);
    static constexpr bool are_mutable = (!std::is_const_v<std::remove_reference_t<Layers>> && ...);
    static constexpr bool is_sound = !has_memory && are_objects && are_storable && are_mutable;

    static_assert(!has_memory, "mincoap: memory comes before the layers: server{socket, handler, memory, layers...}");
    static_assert(has_memory || are_objects,
                  "mincoap: a layer is an object, such as echo_guard{key} or counters{}, not a pointer or a number");
    static_assert(has_memory || are_storable,
                  "mincoap: this layer is a temporary that cannot be moved into the server; make it a variable first");
    static_assert(has_memory || !are_objects || are_mutable,
                  "mincoap: a layer that is a variable must not be constant; remove the const");
};

template <typename Memory, typename Layers>
struct checked_memory {
    static constexpr bool is_sound = false;
    static_assert(
        memory<Memory> || !Layers::is_sound,
        "mincoap: the server's memory is a variable of type mincoap::server_memory<size>, with the size of the "
        "largest message");
};
template <memory Memory, typename... Layers>
    requires checked_arguments<Layers...>::is_sound
struct checked_memory<Memory, checked_arguments<Layers...>> {
    using plain = std::remove_reference_t<Memory>;
    static constexpr bool is_variable = std::is_lvalue_reference_v<Memory> && !std::is_const_v<plain>;
    static constexpr bool is_large_enough =
        size_of_memory<std::remove_const_t<plain>> >= min_buffer_size<std::remove_cvref_t<Layers>...>;
    static constexpr bool is_sound = is_variable && is_large_enough;
    static_assert(is_variable,
                  "mincoap: the server refers to its memory and writes to it; make it a variable without const");
    static_assert(
        is_large_enough,
        "mincoap: this memory is too small for a server, which needs 12 bytes, 22 with echo_guard, or 40 with oscore");
};

// Replaces the memory if an argument is a mistake that a static_assert has reported.
struct refused {};

// The template arguments of the server for these arguments; replaced ones if there is a
// mistake.
template <bool IsSound, typename Socket, typename Handler, typename Memory>
struct server_in {
    using socket = net::null_socket;
    using handler = null_handler;
    using memory = refused;
};
template <typename Socket, typename Handler, typename Memory>
struct server_in<true, Socket, Handler, Memory> {
    using socket = std::remove_reference_t<Socket>;
    using handler = std::remove_cvref_t<Handler>;
    using memory = Memory;
};

// Without memory, and with memory in front of the layers. `IsMeant` is false in one of the two,
// which is then empty: Clang instantiates both deduction guides below before it checks their
// constraints.
template <bool IsMeant, typename Socket, typename Handler, typename... Layers>
struct server_on {};
template <typename Socket, typename Handler, typename... Layers>
struct server_on<true, Socket, Handler, Layers...>
    : server_in<checked_socket_and_handler<Socket, Handler>::is_sound && checked_arguments<Layers...>::is_sound, Socket,
                Handler, server_memory<>> {};

template <bool IsMeant, typename Socket, typename Handler, typename Memory, typename... Layers>
struct server_in_memory {};
template <typename Socket, typename Handler, typename Memory, typename... Layers>
struct server_in_memory<true, Socket, Handler, Memory, Layers...>
    : server_in<checked_socket_and_handler<Socket, Handler>::is_sound &&
                    checked_memory<Memory, checked_arguments<Layers...>>::is_sound,
                Socket, Handler, Memory> {};

}  // namespace mincoap::detail
