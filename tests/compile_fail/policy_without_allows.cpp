// A policy whose function has another name.
#include <mincoap/mincoap.hpp>

namespace {

struct admins {
    static bool allow(const mincoap::request& r) { return r.peer().has_value(); }
};
constexpr auto site = mincoap::routes(mincoap::at<"hello">(mincoap::allow<admins>(mincoap::text("Hello"))));

}  // namespace

int main() { static_cast<void>(site); }
