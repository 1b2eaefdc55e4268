// A site is constant. State that changes belongs elsewhere.
#include <mincoap/mincoap.hpp>

struct counter {
    int count = 0;
    mincoap::reply operator()(const mincoap::request&) { return ++count, mincoap::code::valid; }
};

const auto counted = mincoap::forward(counter{});
