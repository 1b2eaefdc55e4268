// The guard against amplification (RFC 9175 §2.4, RFC 7252 §11.3): an unconfirmed address gets at
// most three times the bytes that came from it, whether the sender owns or forges that address.
//
//     security::key key;  // drawn at random at each start, before the first poll
//     server server{socket, site, echo_guard{key}};
//
// A larger response to GET or FETCH is replaced by a 4.01 with an Echo option. A client that knows
// the option repeats the request with it. This shows that the client receives datagrams at that
// address, so it gets the response. A client that does not know the option gets the small responses
// only, and blocks of 16 bytes if it asks for those. For such clients, let the guard trust the
// network that it is in:
//
//     struct neighbours { bool operator()(const net::endpoint& remote) const; };
//     server server{socket, site, echo_guard<neighbours>{key}};
//
// A request with any other method must not run twice. A larger response to it is sent as a bare
// code, without options and payload. Put a resource into `confirmed_only` if only confirmed
// addresses may use it.
//
// The guard stores no state per client. The option's value is a tag of 64 bits, computed from the
// client's address and port and from an epoch. An attacker who has no key and cannot see the
// datagrams to an address guesses one in 2^63 tries. The tag is made by Chaskey-12, or by
// SipHash-2-4 with `echo_guard<trusts_nobody, security::siphash>{key}`.
//
// An epoch lasts 65.5 s by the clock that the caller passes to `poll`. If the clock does not
// advance, an epoch lasts 65,536 challenges. The guard also accepts a tag of the previous epoch. So
// a confirmed request is at most 65.5 to 131 s old, however many challenges are sent meanwhile.
// Epochs go on when the clock wraps around after 49.7 days. An old tag becomes valid again only if
// no message at all is received for 49.7 days less 65.5 s.
#pragma once

#include <array>

#include <mincoap/message/append.hpp>
#include <mincoap/security/chaskey.hpp>
#include <mincoap/security/endpoint_tag.hpp>
#include <mincoap/security/shared_keys.hpp>
#include <mincoap/server/layer.hpp>

namespace mincoap {
namespace outcomes {

// The answer was too large for an unconfirmed address, and was sent without its content (RFC 9175
// §2.4).
inline constexpr outcome challenged = outcome::named<"challenged">();

}  // namespace outcomes

struct trusts_nobody {
    constexpr bool operator()(const net::endpoint&) const { return false; }
};

// Trusts the machine itself: 127.0.0.0/8 and ::1. No datagram with such a source comes over a
// network (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
struct trusts_loopback {
    constexpr bool operator()(const net::endpoint& remote) const {
        return net::is_ipv4(remote) ? remote.address[12] == 127 : remote.address == loopback;
    }

private:
    static constexpr std::array<byte, 16> loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
};

// `Trusted` says which addresses cannot be forged. `Mac` is `security::chaskey`,
// `security::siphash`, or your own, such as one in hardware. `IsPreemptive`: see `preemptive()`.
// `Keys` is the MAC's key, or `security::shared_keys` for several servers that stand in for each other.
template <typename Trusted = trusts_nobody, security::mac Mac = security::chaskey, bool IsPreemptive = false,
          typename Keys = typename Mac::key>
class echo_guard {
    using key = Keys;
    static constexpr bool is_shared = std::same_as<Keys, security::shared_keys>;

public:
    static constexpr bool guards = true;
    static constexpr bool confirms_addresses = true;
    static constexpr std::size_t min_message_size = 22;  // header, token, Echo

    // The size of the option's value, in bytes. An Echo value of any other size was not issued
    // here.
    static constexpr std::size_t echo_size = 8;

    // The guard refers to the key, which must outlive it. Draw the key at random at each start,
    // before the first `poll`. In checked builds, a key of all zeros traps.
    constexpr explicit echo_guard(const key& secret [[clang::lifetimebound]], Trusted trusted = {})
        : key_(secret), trusted_(trusted) {
        if constexpr (is_shared) {
            now_ms_ = static_cast<std::uint32_t>(secret.unix_ms);
            epoch_ = static_cast<std::uint32_t>(secret.unix_ms >> 16);
        }
    }
    constexpr explicit echo_guard(const key&& temporary, Trusted trusted = {}) : echo_guard(temporary, trusted) {
        constexpr bool is_temporary = sizeof(Trusted) != 0;
        static_assert(!is_temporary,
                      "mincoap: the guard refers to its key, and this one is a temporary; give it a name before, as in "
                      "const auto key = random_key()");
    }

    // Returns the same guard with one addition, as in libcoap (RFC 9175 §2.3): if a confirmed client
    // sent an Echo option, the response carries one for the next request. A client that fetches a body
    // in large blocks takes one round trip per block, not two. It costs ten bytes of each, and a tag.
    constexpr echo_guard<Trusted, Mac, true, Keys> preemptive() const {
        return echo_guard<Trusted, Mac, true, Keys>{key_, trusted_};
    }

    // The value of the first Echo option of the right size; null if there is none.
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
        // An unconfirmed multicast request gets only as much as may be sent without a challenge: a
        // response in blocks shrinks, any other response that is too large is dropped, and no
        // challenge is sent (RFC 7252 §8.2, RFC 9175 §2.4).
        if (x.from.multicast && !x.from.confirmed) x.limit_to(limit);
        const std::size_t size = next(x);
        if (size == 0) return 0;
        if constexpr (decltype(next)::protection_size != 0)
            if (x.protection != 0) return size;  // a layer with keys has dealt with it
        if (x.from.confirmed) return IsPreemptive && noted.echo != nullptr ? add_echo(x, size) : size;
        // A 4.01 always becomes a challenge: `confirmed_only` asks for an Echo option with it.
        if (size + x.reserved <= limit && message::code_of(x.header()) != code::unauthorized) return size;
        return next.note(x, outcomes::challenged), challenge(x);
    }

    // Returns true if the address is trusted, or if `echo` was sent to it not long ago. `echo` is
    // null if the request has no such option. Call it for each message, because it also advances
    // the epoch.
    bool confirms(const net::endpoint& remote, std::uint32_t now_ms, const byte* echo) {
        if constexpr (is_shared) now_ms += static_cast<std::uint32_t>(key_.unix_ms) - key_.now_ms;
        epoch_ += static_cast<std::uint16_t>((now_ms >> 16) - (now_ms_ >> 16));
        now_ms_ = now_ms;
        return trusted_(remote) || (echo != nullptr && is_fresh(remote, echo));
    }

    // For a layer that decrypts requests: see `next_archetype`.
    bool has_fresh_echo(const exchange& x, const seen& noted) const {
        return noted.echo != nullptr && is_fresh(x.from.route.remote, noted.echo);
    }
    std::size_t write_challenge(exchange& x) {
        byte* const header = x.header();
        header[1] = static_cast<byte>(code::unauthorized);
        return static_cast<std::size_t>(write_option(x.from.route.remote, header + token_end_of(x)) - header);
    }

    // Returns a tag of an endpoint and of 32 bits beside it, for this and other layers.
    std::uint64_t tag(const net::endpoint& remote, std::uint32_t beside, tag_purpose of) const {
        if constexpr (!is_shared) return tag_with(key_, remote, beside, of);
        else return tag_with(of == tag_purpose::echo ? key_.current : key_.own, remote, beside, of);
    }

    // Writes the value of an Echo option for that address: `echo_size` bytes.
    void write_echo(const net::endpoint& remote, byte* to) {
        // Challenges of one millisecond add up only while the clock does not advance. A product
        // instead of a branch makes each challenge take the same time.
        challenges_ *= challenged_ms_ == now_ms_;
        challenged_ms_ = now_ms_;
        if (++challenges_ % 65'536 == 0) ++epoch_;
        write_tag(remote, epoch_, to);
    }

private:
    static constexpr mincoap::option option_number = mincoap::option::echo;
    static constexpr std::size_t echo_option_size = 2 + echo_size;  // the size if no option precedes it

    // Replaces a response that is too large. The response to GET and FETCH becomes a 4.01 with an
    // Echo option, and the client repeats the request. Other methods were carried out and keep
    // their code. Returns the size of the response.
    std::size_t challenge(exchange& x) {
        byte* const header = x.header();
        if (message::is_safe(x.method)) header[1] = static_cast<byte>(code::unauthorized);
        const std::size_t token_end = token_end_of(x);
        // Three times a bare header has no space for the option. Three times any longer request has
        // enough, unless an outer layer appends something.
        const std::size_t size = token_end + echo_option_size + x.reserved;
        if (size > 3 * x.from.size || size > x.buffer.size()) return token_end;
        return static_cast<std::size_t>(write_option(x.from.route.remote, header + token_end) - header);
    }

    // Writes an Echo option for that address, behind the token. Returns its end.
    byte* write_option(const net::endpoint& remote, byte* token_end) {
        byte* const to = message::write_option_head(token_end, number_of(option_number), echo_size);
        write_echo(remote, to);
        return to + echo_size;
    }

    // Leaves the option out of a 4.01, because it would make the client repeat a refused request.
    // Also leaves it out if there is no space, or if an option of a larger number precedes it.
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
        constexpr std::uint32_t ahead = is_shared ? 1 : 0;  // another server's clock may be fast
        for (std::uint32_t age = 0; age < 2 + ahead; ++age)
            if (is_tag(echo, remote, epoch_ + ahead - age)) return true;
        return false;
    }

    bool is_tag(const byte* given, const net::endpoint& remote, std::uint32_t epoch) const {
        std::array<byte, echo_size> tag;
        if constexpr (is_shared) {
            write(tag_with(key_.previous, remote, epoch, tag_purpose::echo), tag.data());
            if (security::is_same_tag(given, tag.data(), echo_size)) return true;
        }
        write_tag(remote, epoch, tag.data());
        return security::is_same_tag(given, tag.data(), echo_size);
    }

    [[gnu::noinline]] void write_tag(const net::endpoint& remote, std::uint32_t epoch, byte* to) const {
        write(tag(remote, epoch, tag_purpose::echo), to);
    }

    static void write(std::uint64_t tag, byte* to) {
        for (unsigned i = 0; i < echo_size; ++i, tag >>= 8) to[i] = static_cast<byte>(tag);
    }

    static std::uint64_t tag_with(const typename Mac::key& secret, const net::endpoint& remote, std::uint32_t beside,
                                  tag_purpose of) {
        return security::endpoint_tag<Mac>(secret, remote, beside, static_cast<std::uint32_t>(of));
    }

    const key& key_;
    std::uint32_t now_ms_ = 0;
    std::uint32_t challenged_ms_ = 0;
    std::uint32_t challenges_ = 0;  // in that millisecond
    std::uint32_t epoch_ = 0;
    [[no_unique_address]] Trusted trusted_;
};

}  // namespace mincoap
