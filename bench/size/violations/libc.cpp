// Must be reported: a function of libc that is more than a loop over bytes.
#include <string.h>

#include "../radio.hpp"

int main() { return strstr(reinterpret_cast<const char*>(now_ms), "a") != nullptr; }
