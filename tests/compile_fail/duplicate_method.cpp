// It is not clear which of the two methods should answer.
#include <mincoap/mincoap.hpp>

constexpr auto site = mincoap::routes(mincoap::at<"a">(mincoap::text("one")), mincoap::at<"b">(mincoap::text("other")),
                                      mincoap::at<"a">(mincoap::text("two")));
