#include "real.h"

#include <dlfcn.h>

#include <cstdlib>
#include <initializer_list>

namespace mirage_hook {
namespace {

using GetProcAddress = void* (*)(const unsigned char*);

Dlsym find_dlsym() {
  // By version, since looking it up by name would find ours.
  for (const char* version : {"GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_2.34"})
    if (void* found = dlvsym(RTLD_NEXT, "dlsym", version)) return reinterpret_cast<Dlsym>(found);
  std::abort();  // no C library that this library could have been loaded by
}

void* from_library(const char* library, const char* name) {
  void* handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
  return handle != nullptr ? real_dlsym(handle, name) : nullptr;
}

void* from_proc_address(const char* library, const char* getter, const char* name) {
  void* found = from_library(library, getter);
  return found != nullptr ? reinterpret_cast<GetProcAddress>(found)(reinterpret_cast<const unsigned char*>(name))
                          : nullptr;
}

}  // namespace

Dlsym dlsym_of_libc() {
  static const Dlsym found = find_dlsym();
  return found;
}

void* real_function(const char* name) {
  if (void* found = real_dlsym(RTLD_NEXT, name)) return found;
  // The game loaded these by itself. OpenGL's libraries all lead to the same dispatcher.
  for (const char* library : {"libGL.so.1", "libOpenGL.so.0", "libEGL.so.1", "libX11.so.6"})
    if (void* found = from_library(library, name)) return found;
  if (void* found = from_proc_address("libGL.so.1", "glXGetProcAddressARB", name)) return found;
  return from_proc_address("libEGL.so.1", "eglGetProcAddress", name);
}

}  // namespace mirage_hook
