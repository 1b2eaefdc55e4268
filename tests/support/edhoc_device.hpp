// A server with EDHOC and OSCORE on a virtual clock, and its clients.
#pragma once

#include <deque>

#include <mincoap/layer/edhoc.hpp>
#include <mincoap/resource/edhoc_responder.hpp>

#include "edhoc_initiator.hpp"
#include "oscore_client.hpp"
#include "timeline.hpp"

namespace mincoap::test {

using edhoc_suites = security::edhoc::p256_suites<recording_crypto, toy_curve>;

inline const party edhoc_server = party::make(41, "07", "server");

// The site of the tests notes its calls here.
struct edhoc_site_log {
    static inline int changes = 0;
    static inline std::string peer;

    static reply who(const request& r) {
        peer = r.peer() ? "tag " + std::to_string(r.peer()->tag) : "nobody";
        return content("ok");
    }
    static reply add() { return ++changes, reply{code::changed, content_format::text_plain, text_of(changes)}; }
};

// The clients have the numbers 0, 1, 2 and so on, and the tags of them.
template <typename Sessions, std::size_t Contexts = 3>
class edhoc_device {
    using responder =
        security::edhoc::responder<Sessions, security::edhoc::contexts<Contexts>, security::edhoc::listed_clients>;

    static constexpr bool is_separate = Sessions::is_separate;
    struct nothing {
        std::size_t receive(exchange& x, auto next) { return next(x); }
    };
    using waiting_type = std::conditional_t<is_separate, separate<2>::with_oscore, nothing>;

    static auto make_site(const responder& keys) {
        return routes(at<"who">(protected_only(get(edhoc_site_log::who))), at<"count">(post(edhoc_site_log::add)),
                      at<"state">(value(std::as_const(edhoc_site_log::changes))).observable(), edhoc_responder(keys),
                      well_known_core);
    }
    using site_type = decltype(make_site(std::declval<const responder&>()));

public:
    explicit edhoc_device(const std::vector<party>& parties)
        : parties_{parties.begin(), parties.end()}, clients_(credentials(parties_)),
          keys{own_, clients_, half_open, peers}, site_(make_site(keys)),
          server{network, site_, echo_guard{key}, repeated, combined, oscore_, observing, waiting} {
        server.start_message_ids_at(0x7000);
    }

    // Sends a datagram, and moves the clock by some milliseconds. Returns the messages of the server.
    std::vector<packet> say(const packet& datagram, std::uint32_t ms = 0, bool is_multicast = false) {
        net::arrival about = is_multicast ? multicast() : unicast();
        network.deliver(datagram, about);
        return pass(ms);
    }
    std::vector<packet> pass(std::uint32_t ms = 0) {
        std::vector<packet> all;
        for (const std::uint32_t end_ms = now_ms + ms;;) {
            while (server.poll(now_ms) != poll_result::idle)
                while (const auto* const d = network.take()) all.emplace_back(d->content());
            if (now_ms == end_ms) return all;
            now_ms += std::min(std::max(server.idle_ms(now_ms), 1U), end_ms - now_ms);
        }
    }
    std::size_t half_open_count() { return half_open.size(now_ms); }
    std::size_t context_count() {
        std::size_t count = 0;
        for (const auto& c : peers.all()) count += c.state != security::oscore::context_state::empty ? 1U : 0U;
        return count;
    }

private:
    static std::vector<security::edhoc::credential> credentials(const std::deque<party>& of) {
        std::vector<security::edhoc::credential> all;
        for (const party& p : of) all.push_back(*security::edhoc::read_ccs<edhoc_suites>(p.ccs));
        return all;
    }

    std::deque<party> parties_;
    std::vector<security::edhoc::credential> clients_;
    security::edhoc::own_credential<edhoc_suites> own_{*security::edhoc::read_ccs<edhoc_suites>(edhoc_server.ccs),
                                                       edhoc_server.key};

public:
    Sessions half_open{};
    security::edhoc::contexts<Contexts> peers{};
    responder keys;
    security::key key{1, 2, 3, 4};
    deduplicate<16, 80> repeated;
    edhoc<responder> combined{keys};
    oscore<security::edhoc::contexts<Contexts>, recording_crypto> oscore_{peers, recording_crypto{}};
    observers<2, 60> observing;
    waiting_type waiting;
    std::uint32_t now_ms = 100'000;
    net::loopback<default_message_size, 64> network;

private:
    site_type site_;

public:
    mincoap::server<decltype(network), site_type, server_memory<>, echo_guard<>, decltype(repeated)&,
                    decltype(combined)&, decltype(oscore_)&, decltype(observing)&, waiting_type&>
        server;
};

// Returns a message as text, such as "ack 2.04 ct=64: 01 60" or "con 4.01 echo".
inline std::string text_of_message(const packet& datagram) {
    const testing::response message{datagram};
    static constexpr std::array types{"con", "non", "ack", "rst"};
    std::string said = types.at(static_cast<std::size_t>(message.type()));
    if (message.code() == code::empty) return said;
    const auto number = static_cast<unsigned>(message.code());
    said += ' ' + std::to_string(number / 32) + (number % 32 < 10 ? ".0" : ".") + std::to_string(number % 32);
    if (const auto format = message.option(option::content_format)) said += " ct=" + std::to_string(format->uint());
    if (message.option(option::echo)) said += " echo";
    if (message.option(option::observe)) said += " obs";
    if (message.option(option::oscore)) return said + " protected";
    if (!message.payload().empty()) said += ": " + ::testing::PrintToString(packet{message.payload()});
    return said;
}

// A client of such a server. It confirms its address whenever it is asked to.
template <typename Device>
class edhoc_client {
public:
    edhoc_client(Device& d, const party& self) : initiator{self, edhoc_server, ++number_}, d_(d) {}

    edhoc_initiator initiator;
    packet echo;  // the value of the option

    // Posts a payload to the resource. Returns the answers as text.
    std::string post(const packet& payload, unsigned format = 65) {
        std::string said = send(request(payload, format));
        if (said != "ack 4.01 echo") return said;
        echo = packet{testing::response{answer}.option(option::echo)->value};
        return send(request(payload, format));
    }
    std::string start() { return post("f5" + initiator.message_1()); }

    // Runs EDHOC up to the answer to message_3, and returns that as text.
    std::string run() {
        start();
        if (!read_message_2()) return "no message_2";
        const std::string said = post(initiator.c_r + initiator.message_3());
        become_protected();
        return said;
    }
    bool read_message_2() { return initiator.read(packet{testing::response{answer}.payload()}); }
    void become_protected() {
        oscore.emplace(shared_secret{.secret = initiator.master_secret,
                                     .server_id = initiator.c_i,
                                     .client_id = initiator.c_r,
                                     .id_context = std::nullopt},
                       initiator.master_salt);
    }

    // Sends a protected request. Returns the decrypted answer as text; "plain ..." if it is not protected.
    std::string ask_protected(const packet& request) { return open(d_.say(oscore->protect(request))); }

    // The same with message_3 in front (RFC 9668).
    std::string ask_combined(const packet& request) { return open(d_.say(combined(request))); }
    packet combined(const packet& request) {
        const packet third = initiator.message_3();
        become_protected();
        return combined(third, oscore->protect(request));
    }
    // Puts the EDHOC option behind the OSCORE option, and message_3 in front of the ciphertext.
    static packet combined(const packet& message_3, const packet& request) {
        const auto message = message::view::parse(request).value();
        const auto options = static_cast<std::size_t>(message.payload().data() - request.view().data()) - 1;
        return packet{request.view().first(options)} + "c0 ff" + message_3 + packet{message.payload()};
    }

    std::string open(const std::vector<packet>& answers) {
        std::string joined;
        for (const packet& a : answers) {
            const auto opened = oscore->open(a, oscore->number());
            joined += (joined.empty() ? "" : ", ") +
                      (opened ? text_of_message(opened->message) : "plain " + text_of_message(a));
        }
        return joined.empty() ? "silence" : joined;
    }

    ask request(const packet& payload, unsigned format = 65) {
        ask made{code::post, ".well-known/edhoc"};
        made.id(next_id_++).token("ed");
        if (format != 0) made.format(format);
        made.payload(as_text(payload.view()));
        return echo.size() == 0 ? made : made.with(252, echo);
    }
    // Sends a datagram, and keeps the last answer.
    std::string send(const packet& datagram) {
        sent = datagram;
        std::string joined;
        for (const packet& a : d_.say(datagram)) {
            joined += (joined.empty() ? "" : ", ") + text_of_message(a);
            answer = a;
        }
        return joined.empty() ? "silence" : joined;
    }

    packet sent, answer;
    std::optional<oscore_client> oscore;

private:
    static inline std::uint32_t number_ = 90'000;

    Device& d_;
    static inline std::uint16_t next_id_ = 0x1000;
};
template <typename Device>
edhoc_client(Device&, const party&) -> edhoc_client<Device>;

}  // namespace mincoap::test
