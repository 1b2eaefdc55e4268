// The exchange of a stack, and the rest of the stack that each layer gets as its last argument
// (`next_archetype` and `next_server_archetype` in layer.hpp).
#pragma once

#include <tuple>

#include <mincoap/server/collect.hpp>
#include <mincoap/server/layer_checks.hpp>
#include <mincoap/server/refusal.hpp>

namespace mincoap::detail {

// Replaces the outcome if no layer counts or reads it.
struct unnoted {
    constexpr unnoted& operator=(outcome) { return *this; }
};

// The exchange of a stack with these layers. `IsCounted`: a layer needs the outcome. `HasBlocks`:
// the site needs the Block options.
template <bool IsCounted, bool HasBlocks, typename... Layers>
struct exchange_with : exchange {
    static constexpr bool has_blocks = HasBlocks;
    static constexpr bool has_receivers = (receiving<Layers> || ...);
    static constexpr bool notifies = (notifying<Layers> || ...);

    using exchange::exchange;  // NOLINT(clang-analyzer-optin.cplusplus.UninitializedObject): the view, until it is read

    [[no_unique_address]] std::conditional_t<HasBlocks, block_options, no_block_options> collected{};
    [[no_unique_address]] std::tuple<seen_of<Layers>...> seen{};
    [[no_unique_address]] std::conditional_t<IsCounted, outcome, unnoted> what{};

    // Parses the message of `size` bytes in the buffer, and shows its options to the layers.
    void read() {
        if constexpr (HasBlocks) blocks = &collected;
        const auto collect_all = [this](const message::option_view& o, const byte* begin) {
            collect(request, collected, o, begin);
            pass_option(o, std::index_sequence_for<Layers...>{});
        };
        error = message::view::parse(buffer.first(size), request.message, collect_all);
        if constexpr (has_receivers) method = message::code_of(header());
        request.leave_out_empty_path();
    }
    void reread() {
        seen = {};
        collected = {};
        request.restart();
        read();
    }

    // Notes the outcome of the datagram. Truncation takes precedence over any other outcome.
    void note(outcome o) { what = from.truncated ? outcomes::truncated : o; }

private:
    template <std::size_t... Indices>
    void pass_option(const message::option_view& o, std::index_sequence<Indices...>) {
        (pass_option_to<Layers>(std::get<Indices>(seen), o), ...);
    }
    template <typename L>
    static void pass_option_to(seen_of<L>& noted, const message::option_view& o) {
        if constexpr (reading_options<L>) L::option(noted, o);
    }
};

// The rest of a stack for `receive` and `emit`, from the layer with this index inwards.
template <typename Stack, std::size_t Index>
class next_of {
public:
    constexpr explicit next_of(Stack& given_stack) : stack_(given_stack) {}

    std::size_t operator()(exchange& x) const { return stack_.template receive_at<Index>(Stack::own(x)); }
    void reread(exchange& x) const { Stack::own(x).reread(); }
    std::size_t answer(exchange& x, reply&& said) const { return stack_.answer(Stack::own(x), said, 0); }
    std::size_t render(exchange& x, reply& said) const { return Stack::render(Stack::own(x), said); }
    void note(exchange& x, outcome o) const { Stack::own(x).what = o; }
    outcome became(exchange& x) const { return Stack::own(x).what; }
    std::uint16_t next_message_id(const net::endpoint& remote) const { return stack_.next_message_id(remote); }
    std::uint16_t next_message_id(std::uint16_t offset) const { return stack_.next_message_id(offset); }
    std::uint16_t message_id_offset(const net::endpoint& remote) const { return stack_.message_id_offset(remote); }
    std::uint64_t tag(const net::endpoint& remote, std::uint32_t beside, tag_purpose of) const {
        return stack_.tag(remote, beside, of);
    }
    bool deserves_memory(const exchange& x) const { return !Stack::confirms_addresses || x.from.confirmed; }
    static constexpr bool protects = Stack::protection_overhead != 0;
    static constexpr std::size_t protection_size = protects ? sizeof(exchange::protection) : 0;
    static void keep_protection([[maybe_unused]] const exchange& x, [[maybe_unused]] byte* to) {
        if constexpr (protects) detail::keep_protection(x, to);
    }
    static void restore_protection([[maybe_unused]] exchange& x, [[maybe_unused]] const byte* from) {
        if constexpr (protects) {
            copy_bytes(from, protection_size, reinterpret_cast<byte*>(&x.protection));
            if (x.protection != 0) x.reserve(Stack::protection_overhead);
        }
    }
    static bool has_peer_of([[maybe_unused]] const exchange& x, [[maybe_unused]] const byte* kept) {
        if constexpr (!protects) return true;
        else return is_same_peer(x.protection, kept);
    }
    bool has_fresh_echo(exchange& x) const {
        bool is_fresh = false;
        each_guard(x, [&](const auto& guard, const auto& seen) { is_fresh = guard.has_fresh_echo(x, seen); });
        return is_fresh;
    }
    std::size_t challenge(exchange& x) const {
        std::size_t size = token_end_of(x);
        each_guard(x, [&](auto& guard, const auto&) { size = guard.write_challenge(x); });
        return size;
    }
    static constexpr bool may_be_observed = detail::may_be_observed<typename Stack::site_type>;
    std::size_t emit(exchange& x) const { return stack_.template emit_at<Index>(Stack::own(x)); }
    std::size_t ask(exchange& x) const {
        x.from.confirmed = true;
        Stack::own(x).read();
        return (*this)(x);
    }
    const Stack& all() const { return stack_; }

private:
    // Calls f with the layer that makes challenges, and with its notes about the request.
    void each_guard(exchange& x, const auto& f) const {
        const auto call = [&f](auto& l, auto& seen) {
            if constexpr (challenging<decltype(l)>) f(l, seen);
        };
        const auto call_all = [&]<std::size_t... Indices>(std::index_sequence<Indices...>) {
            (call(std::get<Indices>(stack_.layers_), std::get<Indices>(Stack::own(x).seen)), ...);
        };
        call_all(std::make_index_sequence<std::tuple_size_v<decltype(Stack::own(x).seen)>>{});
    }

    Stack& stack_;
};

// The rest of a stack for `serve`, from the layer with this index inwards.
template <typename Stack, std::size_t Index>
class next_server {
public:
    constexpr next_server(Stack& s, exchange& x) : stack_(s), x_(x) {}

    reply operator()(const request& r) const { return stack_.template serve_at<Index>(x_, r); }
    option_set accepted_options(const request& r) const { return accepted_options_of<typename Stack::site_type>(r); }
    bool deserves_memory() const { return !Stack::confirms_addresses || x_.from.confirmed; }

private:
    Stack& stack_;
    exchange& x_;
};

}  // namespace mincoap::detail
