#include <mincoap/mincoap.hpp>

auto site() {
    const mincoap::byte data[100]{};
    return mincoap::routes(mincoap::at<"a">(mincoap::document(data)));
}
