// Nobody could say which of the two is to answer.
#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::text("one")), mincoap::at<"b">(mincoap::text("other")),
                                      mincoap::at<"a">(mincoap::text("two")));
