#include "kernels.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>

namespace stand_in {

const HostKernel* host_kernel(const char* name) {
  const char* path = std::getenv("LIBCUDA_STAND_IN_KERNELS");
  if (path == nullptr) return nullptr;
  void* const library = dlopen(path, RTLD_NOW);
  if (library == nullptr) return nullptr;
  return static_cast<const HostKernel*>(dlsym(library, (std::string("stand_in_") + name).c_str()));
}

}  // namespace stand_in
