#include <atomic>

#include <mincoap/mincoap.hpp>

std::atomic<int> count;
const auto counter = mincoap::value(count);
