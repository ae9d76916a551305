// The functions that this library stands in front of.
#pragma once

namespace mirage_hook {

/** The C library's own dlsym, which this library replaces. */
void* real_dlsym(void* handle, const char* name);
/** The next definition of `name` after this library's, OpenGL's included however the game loaded it; null: none. */
void* real_function(const char* name);

}  // namespace mirage_hook
