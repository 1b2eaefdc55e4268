// A server on a virtual clock. A test sends messages to it, moves the clock, and reads the messages that it sends.
#pragma once

#include <string>
#include <vector>

#include <mincoap/testing/response.hpp>

#include "exchange.hpp"

namespace mincoap::test {

// A message that the server sent.
struct sent {
    std::uint32_t at_ms;
    net::endpoint to;
    testing::response message;

    std::uint16_t id() const { return message.message().message_id(); }
    packet token() const { return packet{message.message().token()}; }
    bool is_confirmable() const { return message.type() == message::type::confirmable; }
    bool is_notification() const { return message.option(option::observe).has_value(); }

    // Returns a text such as "con 2.05 obs: on", "ack 2.05: on", "non 4.04", "ack" or "rst".
    std::string text() const {
        static constexpr std::array types{"con", "non", "ack", "rst"};
        std::string said = types.at(static_cast<std::size_t>(message.type()));
        if (message.code() == code::empty) return said;
        const auto number = static_cast<unsigned>(message.code());
        said += ' ' + std::to_string(number / 32) + (number % 32 < 10 ? ".0" : ".") + std::to_string(number % 32);
        if (is_notification()) said += " obs";
        if (!message.payload().empty()) said += ": " + std::string{message.text()};
        return said;
    }
};

// Takes the place of a guard, and sets whether each address is confirmed.
struct confirms {
    bool is_confirmed = true;

    static constexpr bool confirms_addresses = true;
    std::size_t receive(exchange& x, auto next) {
        x.from.confirmed = is_confirmed;
        return next(x);
    }
};

template <typename Site, typename... Layers>
class timeline {
public:
    explicit timeline(const Site& site, Layers&... layers) : server{network, site, unguarded{}, guard, layers...} {}

    confirms guard;
    std::uint32_t now_ms = 100'000;
    net::loopback<default_message_size, 32> network;
    mincoap::server<decltype(network), Site, server_memory<>, unguarded, confirms&, Layers&...> server;

    // Sends a message from the client. Returns the server's immediate messages as text.
    std::string say(const packet& message, const net::endpoint& from = client) {
        net::arrival about = unicast();
        about.route.remote = from;
        network.deliver(message, about);
        return texts(pass(0));
    }
    std::string acknowledge(const sent& s) { return say(empty(0x60, s.id()), s.to); }
    std::string reset(const sent& s) { return say(empty(0x70, s.id()), s.to); }

    // Moves the clock by `ms` milliseconds. Returns the messages that the server sends meanwhile.
    std::vector<sent> pass(std::uint32_t ms) {
        std::vector<sent> all;
        const std::uint32_t end_ms = now_ms + ms;
        for (;;) {
            poll(all);
            const std::uint32_t left = end_ms - now_ms;
            if (left == 0) return all;
            const std::uint32_t idle = std::max(server.idle_ms(now_ms), 1U);
            now_ms += std::min(idle, left);
        }
    }
    std::string texts(const std::vector<sent>& all) {
        std::string joined;
        for (const sent& s : all) joined += (joined.empty() ? "" : ", ") + s.text();
        return joined;
    }
    std::string said_within(std::uint32_t ms) { return texts(pass(ms)); }

private:
    static packet empty(byte first, std::uint16_t id) {
        const std::array<byte, 4> header{first, 0, static_cast<byte>(id >> 8), static_cast<byte>(id)};
        return packet{bytes{header}};
    }
    void poll(std::vector<sent>& all) {
        for (int polls = 0; server.poll(now_ms) != poll_result::idle; ++polls) {
            if (polls == 10'000) throw "the server does not come to rest";
            while (const auto* const d = network.take())
                all.push_back({now_ms, d->arrival.route.remote, testing::response{d->content()}});
        }
    }
};
template <typename Site, typename... Layers>
timeline(const Site&, Layers&...) -> timeline<Site, Layers...>;

}  // namespace mincoap::test
