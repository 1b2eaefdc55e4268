#include <string>

#include <mincoap/mincoap.hpp>

mincoap::reply answer(const mincoap::request& r) {
    const std::string title{mincoap::as_text(r.payload())};
    return mincoap::problem(mincoap::code::conflict, title);
}
