// No-Response (RFC 7967): a client names the classes of responses that it does not want.
//
//     server server{socket, site, echo_guard{key}, no_response{}};
#pragma once

#include <mincoap/server/layer.hpp>

namespace mincoap {

// Without this layer, the server ignores the option, which is elective. A message that later
// replaces a response is sent nevertheless: the guard's challenge, or a 5.00 for a response that
// does not fit.
struct no_response {
    static reply serve(exchange&, const request& r, auto next) {
        const unsigned unwanted = unwanted_classes(r);
        reply answer = next(r);
        if ((unwanted << 1 >> class_of(answer.code()) & 1) != 0) answer = reply::nothing();
        return answer;
    }

private:
    // RFC 7967 §2.1: bit 1 is for 2.xx, bit 3 for 4.xx, bit 4 for 5.xx. The server sends no
    // response of these classes, and acknowledges a Confirmable request.
    static unsigned unwanted_classes(const request& r) {
        for (const message::option_view o : r.message.options())
            if (o.number == option::no_response && o.value.size() <= 1) return o.uint();
        return 0;
    }
};

}  // namespace mincoap
