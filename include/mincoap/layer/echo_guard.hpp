// The guard against amplification (RFC 9175 §2.4, RFC 7252 §11.3): an address that nobody has confirmed gets at most
// three times the bytes that came from it, whoever sent them.
//
//     security::key key;  // drawn at random at each start, before the first poll
//     server server{socket, site, echo_guard{key}};
//
// A larger response to GET or FETCH is replaced by a 4.01 with an Echo option. A client that knows the option repeats
// the request with it, which shows that it receives what is sent to that address, and gets the response. A client that
// does not know it gets the small responses only, and blocks of 16 bytes where it asks for those; let the guard trust
// the network that it is in:
//
//     struct neighbours { bool operator()(const net::endpoint& remote) const; };
//     server server{socket, site, echo_guard<neighbours>{key}};
//
// Of any other method, which must not be carried out twice, the code is sent without what belongs to it.
// `confirmed_only` is for resources to be touched only by those whose address is confirmed.
//
// Nothing is kept per client. The option's value is a tag of 64 bits of the client's address and port and of an epoch:
// an attacker who has no key and cannot see what is sent to an address guesses one in 2^63 tries. The tag is made by
// Chaskey-12, or by SipHash-2-4 with `echo_guard<trusts_nobody, security::siphash>{key}`.
//
// An epoch lasts 65.5 s by the clock that `poll` is given. Where the clock stands still, it lasts 65,536 challenges. A
// tag of the epoch before is still taken, so that a confirmed request is 65.5 to 131 s old at most, however many
// challenges are sent meanwhile. Epochs go on where the clock goes round after 49.7 days. A tag comes back only if no
// message at all is received for 49.7 days less 65.5 s.
#pragma once

#include <array>

#include <mincoap/message/append.hpp>
#include <mincoap/security/chaskey.hpp>
#include <mincoap/security/endpoint_tag.hpp>
#include <mincoap/server/layer.hpp>

namespace mincoap {
namespace outcomes {

// The answer was too large for an unconfirmed address, and was sent without its content (RFC 9175 §2.4).
inline constexpr outcome challenged = outcome::named<"challenged">();

}  // namespace outcomes

struct trusts_nobody {
    constexpr bool operator()(const net::endpoint&) const { return false; }
};

// The machine itself: 127.0.0.0/8 and ::1, from which nothing comes over a network (RFC 1122 §3.2.1.3, RFC 4291
// §2.5.3).
struct trusts_loopback {
    constexpr bool operator()(const net::endpoint& remote) const {
        return net::is_ipv4(remote) ? remote.address[12] == 127 : remote.address == loopback;
    }

private:
    static constexpr std::array<byte, 16> loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
};

// `Trusted` says which addresses cannot be forged; `Mac` is `security::chaskey`, `security::siphash`, or your own, such
// as one in hardware. `IsPreemptive`: see `preemptive()`.
template <typename Trusted = trusts_nobody, security::mac Mac = security::chaskey, bool IsPreemptive = false>
class echo_guard {
    using key = typename Mac::key;

public:
    static constexpr bool guards = true;
    static constexpr bool confirms_addresses = true;
    static constexpr std::size_t min_message_size = 22;  // header, token, Echo

    // The size of the option's value, in bytes. One of another size is none of ours.
    static constexpr std::size_t echo_size = 8;

    // The key is referred to, and outlives the guard. It is drawn at random at each start, before the first `poll`; one
    // that is all zeros traps in checked builds.
    constexpr explicit echo_guard(const key& secret [[clang::lifetimebound]], Trusted trusted = {})
        : key_(secret), trusted_(trusted) {}
    constexpr explicit echo_guard(const key&& temporary, Trusted trusted = {}) : echo_guard(temporary, trusted) {
        constexpr bool is_temporary = sizeof(Trusted) != 0;
        static_assert(!is_temporary,
                      "mincoap: the guard refers to its key, and this one is a temporary; give it a name before, as in "
                      "const auto key = random_key()");
    }

    // The same guard, which also puts an Echo option for the next request into the response to a confirmed client that
    // sent the option itself, as libcoap does (RFC 9175 §2.3). A client that fetches a body in large
    // blocks takes one round trip for a block then instead of two. It costs ten bytes of each such response, and a tag.
    constexpr echo_guard<Trusted, Mac, true> preemptive() const {
        return echo_guard<Trusted, Mac, true>{key_, trusted_};
    }

    // The first Echo option that may be ours: its value, or null.
    struct seen {
        const byte* echo = nullptr;
    };
    static void option(seen& noted, const message::option_view& o) {
        if (o.number == option_number && o.value.size() == echo_size && noted.echo == nullptr)
            noted.echo = o.value.data();
    }

    std::size_t receive(exchange& x, const seen& noted, auto next) {
        x.from.confirmed = confirms(x.from.route.remote, x.now_ms(), noted.echo);
        const std::size_t limit = 3 * x.from.size;
        // A group's member sends as much as it may send unasked: a response in blocks gets smaller, another one that is
        // too large is left out, and so is a challenge (RFC 7252 §8.2, RFC 9175 §2.4).
        if (x.from.multicast && !x.from.confirmed) x.limit_to(limit);
        const std::size_t size = next(x);
        if (size == 0) return 0;
        if (x.from.confirmed) return IsPreemptive && noted.echo != nullptr ? add_echo(x, size) : size;
        // A 4.01 always is too much: `confirmed_only` asks for an Echo option by it.
        if (size + x.reserved <= limit && message::code_of(x.header()) != code::unauthorized) return size;
        return next.note(x, outcomes::challenged), challenge(x);
    }

    // Whether the address is trusted, or `echo` was sent to it not long ago. Null if there is no such option. To be
    // asked for each message: it is when time goes on.
    bool confirms(const net::endpoint& remote, std::uint32_t now_ms, const byte* echo) {
        epoch_ += static_cast<std::uint16_t>((now_ms >> 16) - (now_ms_ >> 16));
        now_ms_ = now_ms;
        return trusted_(remote) || (echo != nullptr && is_fresh(remote, echo));
    }

    // A tag of an endpoint, and of 32 bits beside it, for this and other layers.
    std::uint64_t tag(const net::endpoint& remote, std::uint32_t beside, tag_purpose of) const {
        return security::endpoint_tag<Mac>(key_, remote, beside, static_cast<std::uint32_t>(of));
    }

    // Writes the value of an Echo option for that address, of echo_size bytes.
    void write_echo(const net::endpoint& remote, byte* to) {
        // The clock stands still while challenges of one millisecond add up. A product, in place of a branch, has each
        // challenge take the same time.
        challenges_ *= challenged_ms_ == now_ms_;
        challenged_ms_ = now_ms_;
        if (++challenges_ % 65'536 == 0) ++epoch_;
        write_tag(remote, epoch_, to);
    }

private:
    static constexpr mincoap::option option_number = mincoap::option::echo;
    static constexpr std::size_t echo_option_size = 2 + echo_size;  // where no option is in front

    // Replaces a response that is too large. A client repeats GET and FETCH with the Echo option of a 4.01; other
    // methods, which were carried out, keep their code. Returns the size of the response.
    std::size_t challenge(exchange& x) {
        byte* const header = x.header();
        if (message::is_safe(x.method)) header[1] = static_cast<byte>(code::unauthorized);
        const std::size_t token_end = token_end_of(x);
        // Three times a bare header has no room for the option; three times anything longer has, unless a layer outside
        // adds something.
        const std::size_t size = token_end + echo_option_size + x.reserved;
        if (size > 3 * x.from.size || size > x.buffer.size()) return token_end;
        byte* const to = message::write_option_head(header + token_end, number_of(option_number), echo_size);
        write_echo(x.from.route.remote, to);
        return static_cast<std::size_t>(to - header) + echo_size;
    }

    // In a 4.01 it would have the client repeat a request that is refused. Without room, or behind an option of a
    // larger number, it is left out.
    std::size_t add_echo(exchange& x, std::size_t size) {
        const code answer = message::code_of(x.header());
        if (x.from.multicast || answer == code::unauthorized || answer == code::empty) return size;
        if (size + x.reserved > x.buffer.size()) return size;
        const message::options_end end{x.header(), size};
        if (end.last >= option_number) return size;
        std::array<byte, echo_size> echo;
        write_echo(x.from.route.remote, echo.data());
        return message::append_option(x.buffer.first(x.buffer.size() - x.reserved), size, end, option_number, echo);
    }

    [[gnu::noinline]] bool is_fresh(const net::endpoint& remote, const byte* echo) const {
        for (std::uint32_t age = 0; age < 2; ++age)
            if (is_tag(echo, remote, epoch_ - age)) return true;
        return false;
    }

    // Looks at each byte, so that it takes the same time wherever they differ.
    bool is_tag(const byte* given, const net::endpoint& remote, std::uint32_t epoch) const {
        std::array<byte, echo_size> tag;
        write_tag(remote, epoch, tag.data());
        unsigned difference = 0;
        for (const byte b : tag) difference |= static_cast<unsigned>(b ^ *given++);
        return difference == 0;
    }

    [[gnu::noinline]] void write_tag(const net::endpoint& remote, std::uint32_t epoch, byte* to) const {
        std::uint64_t tag = this->tag(remote, epoch, tag_purpose::echo);
        for (unsigned i = 0; i < echo_size; ++i, tag >>= 8) to[i] = static_cast<byte>(tag);
    }

    const key& key_;
    std::uint32_t now_ms_ = 0;
    std::uint32_t challenged_ms_ = 0;
    std::uint32_t challenges_ = 0;  // in that millisecond
    std::uint32_t epoch_ = 0;
    [[no_unique_address]] Trusted trusted_;
};

}  // namespace mincoap
