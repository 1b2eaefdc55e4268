#include <string>

#include <mincoap/mincoap.hpp>

mincoap::reply answer(const mincoap::request& r) {
    const std::string text{mincoap::as_text(r.payload())};
    return mincoap::diagnostic(mincoap::code::bad_request, text);
}
