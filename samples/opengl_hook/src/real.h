// The functions that this library stands in front of.
#pragma once

namespace mirage_hook {

using Dlsym = void* (*)(void* handle, const char* name);

/** The C library's own dlsym, which this library replaces. */
Dlsym dlsym_of_libc();
inline void* real_dlsym(void* handle, const char* name) { return dlsym_of_libc()(handle, name); }
/** The next definition of `name` after this library's, OpenGL's and Xlib's included however the game loaded it; null:
 * none. */
void* real_function(const char* name);

}  // namespace mirage_hook
