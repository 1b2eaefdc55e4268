// A handler behind a stack of layers, without a socket. Requests and responses are readable text.
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <mincoap/mincoap.hpp>

#include "packet.hpp"

namespace mincoap::test {

inline constexpr net::endpoint client = net::ipv4(192, 0, 2, 1, 40000);
inline constexpr net::endpoint device = net::ipv4(192, 0, 2, 2, 5683);

inline net::arrival unicast() {
    net::arrival about;
    about.route = {.remote = client, .local = device};
    return about;
}

inline net::arrival multicast() {
    net::arrival about = unicast();
    about.multicast = true;
    about.route.local = {};
    return about;
}

// A request, encoded without message::writer. The caller may add options in any order.
class ask {
public:
    explicit ask(code method, std::string_view path = "") : method_(method) {
        while (!path.empty()) {
            const std::size_t slash = std::min(path.find('/'), path.size());
            segment(path.substr(0, slash));
            path.remove_prefix(std::min(slash + 1, path.size()));
        }
    }

    ask& non() { return first_ = 0x50, *this; }
    ask& id(std::uint16_t message_id) { return id_ = message_id, *this; }
    ask& token(const packet& t) { return token_ = t, *this; }
    ask& segment(std::string_view s) { return with(11, text_packet(s)); }
    ask& query(std::string_view q) { return with(15, text_packet(q)); }
    ask& format(unsigned number) { return with(12, uint(number)); }
    ask& accept(unsigned number) { return with(17, uint(number)); }
    ask& with(unsigned number, const packet& value = {}) {
        const auto behind = std::find_if(options_.begin(), options_.end(), [&](auto& o) { return o.first > number; });
        return options_.insert(behind, {number, value}), *this;
    }
    ask& payload(std::string_view p) { return payload_ = text_packet(p), *this; }

    operator packet() const {  // NOLINT(*-explicit-*): it stands for its bytes
        packet result = "01 12 34";
        result[0] = static_cast<byte>(method_);
        result[1] = static_cast<byte>(id_ >> 8);
        result[2] = static_cast<byte>(id_);
        packet first;
        first.append(static_cast<byte>(first_ + token_.size()));
        result = first + result + token_;
        unsigned last = 0;
        for (const auto& [number, value] : options_) {
            result = result + encoded_option(number - last, value);
            last = number;
        }
        return payload_.size() == 0 ? result : result + "ff" + payload_;
    }

private:
    static packet uint(unsigned number) {
        packet value;
        if (number > 255) value.append(static_cast<byte>(number / 256));
        if (number > 0) value.append(static_cast<byte>(number % 256));
        return value;
    }

    code method_;
    unsigned first_ = 0x40;
    std::uint16_t id_ = 0x1234;
    packet token_;
    std::vector<std::pair<unsigned, packet>> options_;
    packet payload_;
};

// Fails the test if it is called. Use it for requests that the server answers without a handler.
struct unreachable_handler {
    reply operator()(const request&) const {
        ADD_FAILURE() << "the handler was called";
        return code::internal_server_error;
    }
};
inline constexpr unreachable_handler unreachable;

// The Message ID of a Non-confirmable response in these tests. No request uses it.
inline constexpr std::uint16_t own_message_id = 0xbeef;

// A handler behind a stack of layers. It passes datagrams to the stack, and checks rules that apply to each
// datagram. Without a guard among the layers, it uses `unguarded`.
template <typename Handler, typename... Layers>
    requires(std::is_class_v<Layers> && ...)
class core {
    static constexpr bool is_guarded = (detail::guarding<Layers> || ...);
    using stack_type = std::conditional_t<is_guarded, stack<Handler, Layers..., counters&>,
                                          stack<Handler, unguarded, Layers..., counters&>>;

public:
    explicit core(const Handler& handler, std::size_t capacity = default_message_size)
        : stack_(make(handler, Layers{}...)), capacity_(capacity) {}
    core(const Handler& handler, std::size_t capacity, Layers... layers)
        requires(sizeof...(Layers) > 0)
        : stack_(make(handler, std::move(layers)...)), capacity_(capacity) {}
    core(const Handler& handler, Layers... layers)
        requires(sizeof...(Layers) > 0)
        : core(handler, default_message_size, std::move(layers)...) {}

    // Returns the encoded response, or an empty packet if there is none.
    packet answer(const packet& datagram, const net::arrival& about = unicast(), std::uint32_t now_ms = 0) {
        std::vector<byte> memory(guard + capacity_ + guard, guard_value);
        const mutable_bytes buffer = mutable_bytes{memory}.subspan(guard, capacity_);
        origin from{about};
        from.size = std::min(datagram.size(), capacity_);
        from.truncated = about.truncated || datagram.size() > capacity_;
        std::copy_n(bytes{datagram}.begin(), from.size, buffer.begin());

        const std::uint32_t before = counted_in_all();
        stack_.start_message_ids_at(own_message_id);
        const std::size_t size = stack_.receive(buffer, from, now_ms);

        EXPECT_EQ(counted_in_all(), before + 1) << "each datagram is counted once";
        EXPECT_EQ(counted_[outcome{}], 0U) << "and its outcome is known";
        EXPECT_LE(size, capacity_);
        EXPECT_EQ(std::count(memory.begin(), memory.begin() + guard, guard_value), guard)
            << "written before the buffer";
        EXPECT_EQ(std::count(memory.end() - guard, memory.end(), guard_value), guard) << "written behind the buffer";
        const packet sent{buffer.first(std::min(size, capacity_))};
        EXPECT_TRUE(size == 0 || message::view::parse(sent.view()).has_value()) << ::testing::PrintToString(sent);
        return sent;
    }

    // Returns the response as text: its code, its Content-Format if it has one, and its payload.
    //
    //     "4.04", "2.05 ct=0: Hello CoAP", "silence", "reset"
    std::string said(const packet& datagram, const net::arrival& about = unicast()) {
        return describe(answer(datagram, about));
    }

    std::uint32_t operator[](outcome o) const { return counted_[o]; }

    template <typename L>
    L& layer() {
        return stack_.template layer<L>();
    }

private:
    static constexpr std::ptrdiff_t guard = 16;
    static constexpr byte guard_value = 0xee;

    static std::string describe(const packet& sent) {
        if (sent.size() == 0) return "silence";
        const auto message = message::view::parse(sent.view());
        if (!message) return "malformed";
        if (message->code() == code::empty) return message->type() == message::type::reset ? "reset" : "acknowledged";
        const unsigned detail = static_cast<unsigned>(message->code()) % 32;
        std::string text =
            std::to_string(class_of(message->code())) + (detail < 10 ? ".0" : ".") + std::to_string(detail);
        if (const auto format = message->options().find(option::content_format))
            text += " ct=" + std::to_string(format->uint());
        if (!message->payload().empty()) text += ": " + std::string{as_text(message->payload())};
        return text;
    }

    std::uint32_t counted_in_all() const {
        std::uint32_t sum = 0;
        for (const counters::counted& c : counted_.all()) sum += c.times;
        return sum;
    }

    stack_type make(const Handler& handler, Layers... layers) {
        if constexpr (is_guarded) return stack_type{handler, std::move(layers)..., counted_};
        else return stack_type{handler, unguarded{}, std::move(layers)..., counted_};
    }

    counters counted_;
    stack_type stack_;
    std::size_t capacity_;
};
template <typename Handler>
core(const Handler&) -> core<Handler>;
template <typename Handler, std::integral Capacity>
core(const Handler&, Capacity) -> core<Handler>;
template <typename Handler, std::integral Capacity, typename... Layers>
    requires(sizeof...(Layers) > 0)
core(const Handler&, Capacity, Layers...) -> core<Handler, Layers...>;

// Calls `look` with each request, including multicast requests.
struct looking {
    static constexpr bool serves_groups = true;
    const std::function<void(const request&)>& look;
    int& calls;

    reply operator()(const request& r) const {
        ++calls;
        look(r);
        return code::valid;
    }
};

// Calls `look` with the request in the datagram.
inline void inspect(const packet& datagram, const std::function<void(const request&)>& look,
                    const net::arrival& about = unicast(), std::uint32_t now_ms = 0) {
    int calls = 0;
    const looking handler{look, calls};
    core{handler}.answer(datagram, about, now_ms);
    EXPECT_EQ(calls, 1);
}

}  // namespace mincoap::test
