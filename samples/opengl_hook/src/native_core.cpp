#include "native_core.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>

#include "log.h"
#include "real.h"

namespace mirage_hook {
namespace {

std::string library_path() {
  if (const char* chosen = std::getenv("MIRAGE_LSD_NATIVE")) return chosen;
  Dl_info own{};
  if (dladdr(reinterpret_cast<void*>(&load_native_core), &own) == 0 || own.dli_fname == nullptr) return "liblsd.so";
  const std::string path = own.dli_fname;
  return path.substr(0, path.rfind('/') + 1) + "liblsd.so";
}

const NativeCore* load() {
  static NativeCore core;
  const std::string path = library_path();
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    log("the native core can't be loaded (%s); the game runs unpainted.", dlerror());
    return nullptr;
  }
#define MIRAGE_LOOK_UP(name)                                                                  \
  core.name = reinterpret_cast<decltype(core.name)>(real_dlsym(handle, #name));               \
  if (core.name == nullptr) {                                                                 \
    log("%s is older than this hook (no " #name "); the game runs unpainted.", path.c_str()); \
    return nullptr;                                                                           \
  }
  MIRAGE_CORE_FUNCTIONS(MIRAGE_LOOK_UP)
#undef MIRAGE_LOOK_UP
  return &core;
}

}  // namespace

const NativeCore* load_native_core() {
  static const NativeCore* const core = load();
  return core;
}

}  // namespace mirage_hook
