#pragma once

#include <cstddef>
#include <string>

namespace lsd {

// What this library uses of NVIDIA's driver interface, written down from its documentation: it is loaded while the
// program runs, so that neither a toolkit nor a card is needed to build or to start it.

#if defined(_WIN32)
#define LSD_CUDA_CALL __stdcall
#else
#define LSD_CUDA_CALL
#endif

using CudaResult = int;
using CudaAddress = unsigned long long;
struct CudaContext;
struct CudaStream;
struct CudaEvent;
struct CudaUuid {
  unsigned char bytes[16];
};
struct CudaMemoryHandle {
  unsigned char bytes[64];
};
struct CudaEventHandle {
  unsigned char bytes[64];
};

constexpr CudaResult kCudaSuccess = 0;
constexpr unsigned kCudaMemoryHost = 1;
constexpr unsigned kCudaMemoryDevice = 2;
constexpr int kCudaPointerMemoryType = 2;
constexpr int kCudaPointerDevice = 9;
constexpr int kCudaHasIpcEvents = 125;
constexpr unsigned kCudaStreamNonBlocking = 1;
constexpr unsigned kCudaEventForOthers = 2 | 4;  ///< without timing, for other processes
constexpr unsigned kCudaEventPlain = 2;
constexpr unsigned kCudaPeerAccess = 1;

struct CudaRows {
  size_t source_x, source_y;
  unsigned source_type;
  const void* source_host;
  CudaAddress source_device;
  void* source_array;
  size_t source_pitch;
  size_t target_x, target_y;
  unsigned target_type;
  void* target_host;
  CudaAddress target_device;
  void* target_array;
  size_t target_pitch;
  size_t width_bytes, height;
};

/// The driver's functions, by their names in it; versions as in the names that it exports.
struct CudaDriver {
  template <typename... Arguments>
  using Function = CudaResult(LSD_CUDA_CALL*)(Arguments...);

  Function<unsigned> cuInit;
  Function<int*, int> cuDeviceGet;
  Function<CudaUuid*, int> cuDeviceGetUuid_v2;
  Function<int*, int, int> cuDeviceGetAttribute;
  Function<CudaContext**, int> cuDevicePrimaryCtxRetain;
  Function<int> cuDevicePrimaryCtxRelease_v2;
  Function<CudaContext*> cuCtxPushCurrent_v2;
  Function<CudaContext**> cuCtxPopCurrent_v2;
  Function<CudaAddress*, size_t> cuMemAlloc_v2;
  Function<CudaAddress> cuMemFree_v2;
  Function<CudaAddress*, size_t*, CudaAddress> cuMemGetAddressRange_v2;
  Function<void*, int, CudaAddress> cuPointerGetAttribute;
  Function<const CudaRows*, CudaStream*> cuMemcpy2DAsync_v2;
  Function<CudaStream**, unsigned> cuStreamCreate;
  Function<CudaStream*> cuStreamDestroy_v2;
  Function<CudaStream*> cuStreamSynchronize;
  Function<CudaStream*, CudaEvent*, unsigned> cuStreamWaitEvent;
  Function<CudaEvent**, unsigned> cuEventCreate;
  Function<CudaEvent*> cuEventDestroy_v2;
  Function<CudaEvent*, CudaStream*> cuEventRecord;
  Function<CudaEvent*> cuEventSynchronize;
  Function<CudaMemoryHandle*, CudaAddress> cuIpcGetMemHandle;
  Function<CudaAddress*, CudaMemoryHandle, unsigned> cuIpcOpenMemHandle_v2;
  Function<CudaAddress> cuIpcCloseMemHandle;
  Function<CudaEventHandle*, CudaEvent*> cuIpcGetEventHandle;
  Function<CudaResult, const char**> cuGetErrorName;
};

/// The machine's driver, initialized; null with `*problem` set where there is none. It is never unloaded.
const CudaDriver* cuda_driver(std::string* problem);

}  // namespace lsd
