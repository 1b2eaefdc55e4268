// Not even a header and a token would fit.
#include <mincoap/mincoap.hpp>

const mincoap::leisure<15> layer{1};
