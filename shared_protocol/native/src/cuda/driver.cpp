#include <mutex>

#include "driver_api.h"

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace lsd {
namespace {

#if defined(_WIN32)
constexpr const char* kLibrary = "nvcuda.dll";
void* load_library() {
  return reinterpret_cast<void*>(LoadLibraryExA(kLibrary, nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32));
}
void* find_function(void* library, const char* name) {
  return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(library), name));
}
#else
constexpr const char* kLibrary = "libcuda.so.1";
void* load_library() { return dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL); }
void* find_function(void* library, const char* name) { return dlsym(library, name); }
#endif

template <typename Function>
bool find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(find_function(library, name));
  return *function != nullptr;
}

bool load(CudaDriver* driver, std::string* problem) {
  void* library = load_library();
  if (library == nullptr) {
    *problem = std::string("There is no NVIDIA driver (") + kLibrary + ") on this machine.";
    return false;
  }
#define LSD_CUDA_FIND(name)                                                                        \
  if (!find(library, #name, &driver->name)) {                                                      \
    *problem = "The NVIDIA driver is too old: it has no " #name "; install version 470 or newer."; \
    return false;                                                                                  \
  }
  LSD_CUDA_FIND(cuInit)
  LSD_CUDA_FIND(cuDeviceGet)
  LSD_CUDA_FIND(cuDeviceGetUuid_v2)
  LSD_CUDA_FIND(cuDeviceGetAttribute)
  LSD_CUDA_FIND(cuDevicePrimaryCtxRetain)
  LSD_CUDA_FIND(cuDevicePrimaryCtxRelease_v2)
  LSD_CUDA_FIND(cuCtxPushCurrent_v2)
  LSD_CUDA_FIND(cuCtxPopCurrent_v2)
  LSD_CUDA_FIND(cuMemAlloc_v2)
  LSD_CUDA_FIND(cuMemFree_v2)
  LSD_CUDA_FIND(cuMemGetAddressRange_v2)
  LSD_CUDA_FIND(cuPointerGetAttribute)
  LSD_CUDA_FIND(cuMemcpy2DAsync_v2)
  LSD_CUDA_FIND(cuStreamCreate)
  LSD_CUDA_FIND(cuStreamDestroy_v2)
  LSD_CUDA_FIND(cuStreamSynchronize)
  LSD_CUDA_FIND(cuStreamWaitEvent)
  LSD_CUDA_FIND(cuEventCreate)
  LSD_CUDA_FIND(cuEventDestroy_v2)
  LSD_CUDA_FIND(cuEventRecord)
  LSD_CUDA_FIND(cuEventQuery)
  LSD_CUDA_FIND(cuEventSynchronize)
  LSD_CUDA_FIND(cuIpcGetMemHandle)
  LSD_CUDA_FIND(cuIpcOpenMemHandle_v2)
  LSD_CUDA_FIND(cuIpcCloseMemHandle)
  LSD_CUDA_FIND(cuIpcGetEventHandle)
  LSD_CUDA_FIND(cuImportExternalMemory)
  LSD_CUDA_FIND(cuDestroyExternalMemory)
  LSD_CUDA_FIND(cuExternalMemoryGetMappedBuffer)
  LSD_CUDA_FIND(cuExternalMemoryGetMappedMipmappedArray)
  LSD_CUDA_FIND(cuMipmappedArrayGetLevel)
  LSD_CUDA_FIND(cuMipmappedArrayDestroy)
  LSD_CUDA_FIND(cuImportExternalSemaphore)
  LSD_CUDA_FIND(cuDestroyExternalSemaphore)
  LSD_CUDA_FIND(cuWaitExternalSemaphoresAsync)
  LSD_CUDA_FIND(cuSignalExternalSemaphoresAsync)
  LSD_CUDA_FIND(cuDeviceGetCount)
  LSD_CUDA_FIND(cuGetErrorName)
#undef LSD_CUDA_FIND
  find(library, "cuDeviceGetLuid", &driver->cuDeviceGetLuid);
  const CudaResult result = driver->cuInit(0);
  if (result == kCudaSuccess) return true;
  *problem = "The NVIDIA driver does not start (error " + std::to_string(result) +
             "); is there a card, and may this "
             "process use it?";
  return false;
}

}  // namespace

const CudaDriver* cuda_driver(std::string* problem) {
  static std::mutex mutex;
  static CudaDriver driver;
  static bool is_loaded = false;
  const std::lock_guard lock(mutex);
  if (!is_loaded) is_loaded = load(&driver, problem);
  return is_loaded ? &driver : nullptr;
}

}  // namespace lsd
