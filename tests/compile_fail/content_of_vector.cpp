#include <vector>

#include <mincoap/mincoap.hpp>

mincoap::reply answer(const mincoap::request& r) {
    const std::vector<char> text(r.payload().size());
    return mincoap::content(text);
}
