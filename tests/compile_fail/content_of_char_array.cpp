// The length of the text in the buffer is unknown, and the buffer ends with the function.
#include <mincoap/mincoap.hpp>

mincoap::reply answer() {
    char text[16] = "Hello";
    return mincoap::content(text);
}
