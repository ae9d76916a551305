// What this library exports: the names that games look for.
#pragma once

#include <string_view>

#include "real.h"

#define MIRAGE_INTERPOSE extern "C" __attribute__((visibility("default")))

namespace mirage_hook {

/** This library's function of that name, or null. */
void* interposed_gl(std::string_view name);
void* interposed_window(std::string_view name);
void* interposed_input(std::string_view name);

}  // namespace mirage_hook
