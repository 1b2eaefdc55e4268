// How much of the buffer is text nobody can tell, and it goes with the function.
#include <mincoap/mincoap.hpp>

mincoap::reply answer() {
    char text[16] = "Hello";
    return mincoap::content(text);
}
