#include <mincoap/mincoap.hpp>

const mincoap::bounded_list<int, 2> list{1, 2, 3};
