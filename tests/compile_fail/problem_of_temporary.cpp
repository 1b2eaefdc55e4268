#include <string>

#include <mincoap/mincoap.hpp>

mincoap::reply answer(int n) { return mincoap::problem(mincoap::code::conflict, "Door", "motor " + std::to_string(n)); }
