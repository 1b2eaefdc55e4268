// Tests your resources without a network. A `device` takes a request and returns its response.
//
//   namespace coap = mincoap;
//   coap::testing::device device{site};
//   EXPECT_EQ(device.said({coap::code::get, "temperature"}), "2.05 ct=0: 21");
//   EXPECT_EQ(device.ask({coap::code::put, "led", "on"}).code(), coap::code::bad_request);
//
// mincoap.hpp does not include it. It needs no heap and no test framework, so it runs on a device
// as well.
#pragma once

#include <utility>

#include <mincoap/layer/unguarded.hpp>
#include <mincoap/net/loopback.hpp>
#include <mincoap/server/server.hpp>
#include <mincoap/testing/request.hpp>
#include <mincoap/testing/response.hpp>

namespace mincoap::testing {

using network = net::loopback<default_message_size, 1>;

// Passes a request to your server.
//   given_server   the server
//   given_socket   its socket
//   r              the request
//   now_ms         the time in milliseconds, as `server::poll` takes it
// Returns the response, or silence if the server sends none or sends it later.
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

// Replaces a guard. Decides for each request whether its client's address is confirmed.
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

// Owns a server with a site, or any other handler, and layers. If no layer is a guard, each request
// says whether its client is confirmed (see `request::unconfirmed`). The site must outlive the
// device, and so must layers that are variables.
template <typename Handler, typename... Layers>
class device {
public:
    explicit device(const Handler& given_site, Layers... layers)
        : server_(detail::server_of<Handler, Layers...>(network_, given_site, confirmed_,
                                                        std::forward<Layers>(layers)...)) {}
    explicit device(const Handler&& temporary, Layers... layers) = delete;

    // Returns the response to a request, or silence if the server sends none.
    response ask(const request& r, std::uint32_t now_ms = 0) {
        confirmed_.is_confirmed = r.is_confirmed();
        return exchange(server_, network_, r, now_ms);
    }

    // Returns the response as text: its code, Content-Format and payload. Valid until the next
    // call.
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
