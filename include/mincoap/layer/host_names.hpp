// The names of this server: a request for another host is answered with 4.04.
//
//     server server{socket, site, echo_guard{key}, host_names<"device.example", "kitchen.local">{}};
//
// Without this layer, the server answers requests for any host. With it, an attacker cannot reach
// the server by DNS rebinding, that is, through an HTTP proxy and a name of the attacker's that
// points to the server's address. A client that still uses the old name of another device gets no
// answer meant for that device.
//
// The answer is 4.04, since no resource of that URI is here (RFC 7252 §5.9.2.5). It is not 5.05,
// which is for a request that names the target of a forward-proxy by Proxy-Uri or Proxy-Scheme
// (§5.10.2). The server refuses those with 5.05 before. A request without Uri-Host is for the
// address that it was sent to (§5.10.1), and passes. A request with any IP address in Uri-Host
// passes, too: behind a NAT, the client knows another address than the server. So does a request with
// OSCORE, whose keys name the server: its Uri-Host is not encrypted.
#pragma once

#include <mincoap/message/text_literal.hpp>
#include <mincoap/server/layer.hpp>

namespace mincoap {

namespace detail {

constexpr unsigned to_lower(unsigned c) { return c - 'A' < 26U ? c + ('a' - 'A') : c; }

// RFC 7252 §6.3: hosts are compared without regard to the case of ASCII letters. The name is in lower case.
constexpr bool is_same_host(bytes host, std::string_view name) {
    if (host.size() != name.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i)
        if (to_lower(host[i]) != static_cast<byte>(name[i])) return false;
    return true;
}

// RFC 3986 §3.2.2: an IPv6 address, in brackets or not, has a colon, which no name has. An IPv4
// address has only digits and dots.
constexpr bool is_ip_literal(const auto& host) {
    bool is_ipv4 = true;
    for (const auto c : host) {
        if (c == ':') return true;
        if (c != '.' && (c < '0' || c > '9')) is_ipv4 = false;
    }
    return is_ipv4;
}

constexpr bool is_host_name(std::string_view name) {
    for (const char c : name)
        if (c >= 'A' && c <= 'Z') return false;
    return name.size() <= 255 && !is_ip_literal(name);
}

// The core has checked that there is one Uri-Host at most, and that it is not empty (RFC 7252 §5.4.3, §5.4.5).
inline bytes host_of(const request& r) {
    for (const message::option_view o : r.message.options())
        if (o.number == option::uri_host) return o.value;
    return {};
}

inline bool is_misdirected(const request& r, std::span<const std::string_view> names) {
    if ((r.critical_options & set_of(option::uri_host)) == 0) return false;
    const bytes host = host_of(r);
    for (const std::string_view name : names)
        if (is_same_host(host, name)) return false;
    return !is_ip_literal(host);
}

}  // namespace detail

template <text_literal... Names>
struct host_names {
    static_assert(sizeof...(Names) > 0 && (detail::is_host_name(Names.view()) && ...),
                  "mincoap: the name of a host is in lower case, has up to 255 bytes, and is no IP address");

    using once = struct host_names_kind;

    static reply serve(exchange& x, const request& r, auto next) {
        if (x.refusal == code::empty && detail::is_misdirected(r, names)) x.refusal = code::not_found;
        return next(r);
    }

private:
    static constexpr std::string_view names[]{Names.view()...};
};

}  // namespace mincoap
