// A condition that a fuzz target checks.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

inline void require(bool holds, std::source_location where = std::source_location::current()) {
    if (holds) return;
    std::fprintf(stderr, "%s:%u: violated\n", where.file_name(), static_cast<unsigned>(where.line()));
    std::abort();
}
