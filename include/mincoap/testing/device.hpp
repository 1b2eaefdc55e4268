// For the tests of your resources: a request in, its response out, without a network.
//
//   namespace coap = mincoap;
//   coap::testing::device device{site};
//   EXPECT_EQ(device.said({coap::code::get, "temperature"}), "2.05 ct=0: 21");
//   EXPECT_EQ(device.ask({coap::code::put, "led", "on"}).code(), coap::code::bad_request);
//
// It is not included by mincoap.hpp. It needs no heap and no test framework, so it runs on a device as well.
#pragma once

#include <utility>

#include <mincoap/layer/unguarded.hpp>
#include <mincoap/net/loopback.hpp>
#include <mincoap/server/server.hpp>
#include <mincoap/testing/request.hpp>
#include <mincoap/testing/response.hpp>

namespace mincoap::testing {

using network = net::loopback<default_message_size, 1>;

// Has a server of yours answer a request.
//   given_server   the server
//   given_socket   its socket
//   r              the request
//   now_ms         the time, as `server::poll` takes it
// Returns the response: silence if the server sends nothing, or sends it later.
template <typename Server>
response exchange(Server& given_server, network& given_socket, const request& r, std::uint32_t now_ms = 0) {
    std::array<byte, default_message_size> written{};
    const bytes datagram = r.write(written);
    MINCOAP_ASSERT(!datagram.empty());  // otherwise it does not fit
    given_socket.deliver(datagram, r.arrival());
    if (given_server.poll(now_ms) != poll_result::served) return {};
    const auto* const sent = given_socket.take();
    return sent == nullptr ? response{} : response{sent->content()};
}

namespace detail {

// In place of a guard: says of each request whether its client's address is confirmed.
struct confirms {
    bool is_confirmed = true;

    std::size_t receive(mincoap::exchange& x, auto next) { return x.from.confirmed = is_confirmed, next(x); }
};

template <typename Handler, typename... Layers>
auto server_of(network& given_socket, const Handler& given_site, confirms& confirmed, Layers&&... layers) {
    if constexpr ((mincoap::detail::guarding<std::remove_reference_t<Layers>> || ...))
        return server{given_socket, given_site, std::forward<Layers>(layers)...};
    else return server{given_socket, given_site, unguarded{}, confirmed, std::forward<Layers>(layers)...};
}

}  // namespace detail

// A server of its own with a site, or any other handler, and layers. Without a guard among the layers, each request
// says whether its client is confirmed (see `request::unconfirmed`). The site outlives it, and so do layers that are
// variables.
template <typename Handler, typename... Layers>
class device {
public:
    explicit device(const Handler& given_site, Layers... layers)
        : server_(detail::server_of<Handler, Layers...>(network_, given_site, confirmed_,
                                                        std::forward<Layers>(layers)...)) {}
    explicit device(const Handler&& temporary, Layers... layers) = delete;

    // Its response; silence if it sends nothing.
    response ask(const request& r, std::uint32_t now_ms = 0) {
        confirmed_.is_confirmed = r.is_confirmed();
        return exchange(server_, network_, r, now_ms);
    }

    // The same to be read: code, Content-Format, and payload. Valid until the next call.
    //
    //     "4.04", "2.05 ct=0: Hello CoAP", "silence", "reset", "acknowledged"
    std::string_view said(const request& r, std::uint32_t now_ms = 0) {
        text_ = description{ask(r, now_ms)};
        return text_.view();
    }

private:
    network network_;
    detail::confirms confirmed_;
    description text_;
    decltype(detail::server_of<Handler, Layers...>(std::declval<network&>(), std::declval<const Handler&>(),
                                                   std::declval<detail::confirms&>(),
                                                   std::declval<Layers>()...)) server_;
};
template <typename Handler, typename... Layers>
device(const Handler&, Layers&&...) -> device<Handler, Layers...>;

}  // namespace mincoap::testing
