// It would point into the text, not copy it.
#include <mincoap/mincoap.hpp>

mincoap::reply answer(int n) {
    return mincoap::problem(mincoap::code::conflict, "Door", mincoap::text_of("motor ").add(n));
}
