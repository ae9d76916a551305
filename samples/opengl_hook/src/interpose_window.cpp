// The ways to a frame that is shown (GLX, EGL; SDL, GLFW, SFML and others call these), and the ways to a function's
// address.
#include <dlfcn.h>

#include "hook.h"
#include "interposed.h"

using mirage_hook::hook;

namespace {

using Context = void* (*)();

/** What `getter` says is current; a name that can't be found gives null, as a thread without a context does. */
void* current(const char* getter) {
  const auto function = reinterpret_cast<Context>(mirage_hook::real_function(getter));
  return function != nullptr ? function() : nullptr;
}

void* interposed(const char* name) {
  const std::string_view wanted = name;
  if (void* found = mirage_hook::interposed_gl(wanted)) return found;
  if (void* found = mirage_hook::interposed_window(wanted)) return found;
  return mirage_hook::interposed_input(wanted);
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(mirage_hook::real_function(name));
}

using ProcAddress = void* (*)(const unsigned char*);

void* proc_address(const char* getter, const unsigned char* name) {
  const auto real = next<ProcAddress>(getter);
  void* found = real != nullptr ? real(name) : nullptr;
  void* ours = found != nullptr && name != nullptr ? interposed(reinterpret_cast<const char*>(name)) : nullptr;
  return ours != nullptr ? ours : found;
}

}  // namespace

MIRAGE_INTERPOSE void glXSwapBuffers(void* display, unsigned long drawable) {
  static const auto real = next<void (*)(void*, unsigned long)>("glXSwapBuffers");
  static const auto context = next<Context>("glXGetCurrentContext");
  hook().swap(context());
  real(display, drawable);
}

MIRAGE_INTERPOSE int64_t glXSwapBuffersMscOML(void* display, unsigned long drawable, int64_t target, int64_t divisor,
                                              int64_t remainder) {
  static const auto real = next<int64_t (*)(void*, unsigned long, int64_t, int64_t, int64_t)>("glXSwapBuffersMscOML");
  hook().swap(current("glXGetCurrentContext"));
  return real(display, drawable, target, divisor, remainder);
}

MIRAGE_INTERPOSE unsigned eglSwapBuffers(void* display, void* surface) {
  static const auto real = next<unsigned (*)(void*, void*)>("eglSwapBuffers");
  static const auto context = next<Context>("eglGetCurrentContext");
  hook().swap(context());
  return real(display, surface);
}

#define MIRAGE_SWAP_WITH_DAMAGE(name)                                                         \
  MIRAGE_INTERPOSE unsigned name(void* display, void* surface, const int* rects, int count) { \
    static const auto real = next<unsigned (*)(void*, void*, const int*, int)>(#name);        \
    hook().swap(current("eglGetCurrentContext"));                                             \
    return real(display, surface, rects, count);                                              \
  }

MIRAGE_SWAP_WITH_DAMAGE(eglSwapBuffersWithDamageEXT)
MIRAGE_SWAP_WITH_DAMAGE(eglSwapBuffersWithDamageKHR)

MIRAGE_INTERPOSE void* glXGetProcAddress(const unsigned char* name) { return proc_address("glXGetProcAddress", name); }
MIRAGE_INTERPOSE void* glXGetProcAddressARB(const unsigned char* name) {
  return proc_address("glXGetProcAddressARB", name);
}
MIRAGE_INTERPOSE void* eglGetProcAddress(const unsigned char* name) { return proc_address("eglGetProcAddress", name); }

// The real one is called last, in the caller's place: which library is the caller decides what RTLD_NEXT means.
MIRAGE_INTERPOSE __attribute__((optimize("O2"))) void* dlsym(void* handle, const char* name) {
  if (handle != RTLD_NEXT) {
    void* ours = interposed(name);
    if (ours != nullptr && mirage_hook::real_dlsym(handle, name) != nullptr) return ours;
  }
  return mirage_hook::dlsym_of_libc()(handle, name);
}

namespace mirage_hook {

void* interposed_window(const std::string_view name) {
#define MIRAGE_ENTRY(function) \
  if (name == #function) return reinterpret_cast<void*>(&::function);
  MIRAGE_ENTRY(glXSwapBuffers)
  MIRAGE_ENTRY(glXSwapBuffersMscOML)
  MIRAGE_ENTRY(eglSwapBuffers)
  MIRAGE_ENTRY(eglSwapBuffersWithDamageEXT)
  MIRAGE_ENTRY(eglSwapBuffersWithDamageKHR)
  MIRAGE_ENTRY(glXGetProcAddress)
  MIRAGE_ENTRY(glXGetProcAddressARB)
  MIRAGE_ENTRY(eglGetProcAddress)
#undef MIRAGE_ENTRY
  return nullptr;
}

}  // namespace mirage_hook
