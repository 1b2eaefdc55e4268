// The string is gone when the reply is sent.
#include <string>

#include <mincoap/mincoap.hpp>

mincoap::reply answer(const mincoap::request& r) {
    std::string text{mincoap::as_text(r.payload())};
    return mincoap::content(text);
}
