// The version, for the preprocessor; CMake reads it from here.
#pragma once

#define MINCOAP_VERSION_MAJOR 0
#define MINCOAP_VERSION_MINOR 1
#define MINCOAP_VERSION_PATCH 0
