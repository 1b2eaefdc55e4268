// Must be reported: an exception. Compiled with -fexceptions.
#include "../radio.hpp"

int main() {
    if (now_ms == 0) throw 0;
    return 0;
}
