#include <mincoap/mincoap.hpp>

auto site() {
    char text[100]{};
    return mincoap::routes(mincoap::at<"a">(mincoap::document(text)));
}
