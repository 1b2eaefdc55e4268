// The site of both programs, as in bench/size/hello.cpp.
#pragma once

#include <mincoap/mincoap.hpp>

inline bool led = false;
inline mincoap::security::key key{1, 2, 3, 4};

inline constexpr auto site =
    mincoap::routes(mincoap::at<"hello">(mincoap::text("Hello CoAP")), mincoap::at<"led">(mincoap::value(led)));
