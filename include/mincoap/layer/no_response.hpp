// No-Response (RFC 7967): a client says which classes of responses it has no interest in.
//
//     server server{socket, site, echo_guard{key}, no_response{}};
#pragma once

#include <mincoap/server/layer.hpp>

namespace mincoap {

// Without it the option, which is elective, is ignored. A message that takes the place of a response later
// is sent nevertheless: a challenge by the guard, and 5.00 for what does not fit.
struct no_response {
    static reply serve(exchange&, const request& r, auto next) {
        const unsigned unwanted = unwanted_classes(r);
        reply answer = next(r);
        if ((unwanted << 1 >> class_of(answer.code()) & 1) != 0) answer = reply::nothing();
        return answer;
    }

private:
    // RFC 7967 §2.1: bit 1 stands for 2.xx, bit 3 for 4.xx, bit 4 for 5.xx. The server sends no response of these, and
    // acknowledges a request that is Confirmable.
    static unsigned unwanted_classes(const request& r) {
        for (const message::option_view o : r.message.options())
            if (o.number == option::no_response && o.value.size() <= 1) return o.uint();
        return 0;
    }
};

}  // namespace mincoap
