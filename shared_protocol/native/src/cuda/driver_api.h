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
struct CudaExternalMemory;
struct CudaExternalSemaphore;
struct CudaMipmappedArray;
struct CudaArray;
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
constexpr CudaResult kCudaNotReady = 600;
constexpr unsigned kCudaMemoryHost = 1;
constexpr unsigned kCudaMemoryDevice = 2;
constexpr unsigned kCudaMemoryArray = 3;
constexpr int kCudaPointerMemoryType = 2;
constexpr int kCudaPointerDevice = 9;
constexpr int kCudaHasTimelineSemaphores = 114;
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
  CudaArray* source_array;
  size_t source_pitch;
  size_t target_x, target_y;
  unsigned target_type;
  void* target_host;
  CudaAddress target_device;
  CudaArray* target_array;
  size_t target_pitch;
  size_t width_bytes, height;
};

/// A handle of another interface: a file descriptor, or an NT handle (or its name).
union CudaExternalHandle {
  int file;
  struct {
    void* handle;
    const void* name;
  } windows;
};

constexpr unsigned kCudaDedicated = 1;
struct CudaExternalMemoryHandle {
  int type;  ///< kCudaMemory...
  CudaExternalHandle handle;
  unsigned long long bytes;
  unsigned flags;
  unsigned reserved[16];
};
constexpr int kCudaOpaqueFile = 1;
constexpr int kCudaOpaqueWindows = 2;
constexpr int kCudaD3d12Resource = 5;
constexpr int kCudaD3d11Resource = 6;

struct CudaExternalBuffer {
  unsigned long long offset;
  unsigned long long bytes;
  unsigned flags;
  unsigned reserved[16];
};

constexpr int kCudaUint8 = 1;
constexpr int kCudaHalf = 0x10;
constexpr int kCudaFloat = 0x20;
constexpr unsigned kCudaColorAttachment = 0x20;
struct CudaExternalImage {
  unsigned long long offset;
  struct {
    size_t width, height, depth;
    int format;
    unsigned channels, flags;
  } image;
  unsigned levels;
  unsigned reserved[16];
};

struct CudaExternalSemaphoreHandle {
  int type;  ///< kCuda...Fence or kCudaTimeline...
  CudaExternalHandle handle;
  unsigned flags;
  unsigned reserved[16];
};
constexpr int kCudaD3d12Fence = 4;
constexpr int kCudaD3d11Fence = 5;
constexpr int kCudaTimelineFile = 9;
constexpr int kCudaTimelineWindows = 10;

/// Of a wait and of a signal: the driver's two structures differ in what is of no use here.
struct CudaFenceValue {
  unsigned long long value;
  unsigned long long others[3];
  unsigned reserved_parameters[10];
  unsigned flags;
  unsigned reserved[16];
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
  Function<CudaEvent*> cuEventQuery;
  Function<CudaEvent*> cuEventSynchronize;
  Function<CudaMemoryHandle*, CudaAddress> cuIpcGetMemHandle;
  Function<CudaAddress*, CudaMemoryHandle, unsigned> cuIpcOpenMemHandle_v2;
  Function<CudaAddress> cuIpcCloseMemHandle;
  Function<CudaEventHandle*, CudaEvent*> cuIpcGetEventHandle;
  Function<CudaExternalMemory**, const CudaExternalMemoryHandle*> cuImportExternalMemory;
  Function<CudaExternalMemory*> cuDestroyExternalMemory;
  Function<CudaAddress*, CudaExternalMemory*, const CudaExternalBuffer*> cuExternalMemoryGetMappedBuffer;
  Function<CudaMipmappedArray**, CudaExternalMemory*, const CudaExternalImage*> cuExternalMemoryGetMappedMipmappedArray;
  Function<CudaArray**, CudaMipmappedArray*, unsigned> cuMipmappedArrayGetLevel;
  Function<CudaMipmappedArray*> cuMipmappedArrayDestroy;
  Function<CudaExternalSemaphore**, const CudaExternalSemaphoreHandle*> cuImportExternalSemaphore;
  Function<CudaExternalSemaphore*> cuDestroyExternalSemaphore;
  Function<CudaExternalSemaphore* const*, const CudaFenceValue*, unsigned, CudaStream*> cuWaitExternalSemaphoresAsync;
  Function<CudaExternalSemaphore* const*, const CudaFenceValue*, unsigned, CudaStream*> cuSignalExternalSemaphoresAsync;
  Function<int*> cuDeviceGetCount;
  Function<char*, unsigned*, int> cuDeviceGetLuid;  ///< null where the system has no LUIDs
  Function<CudaResult, const char**> cuGetErrorName;
};

/// The machine's driver, initialized; null with `*problem` set where there is none. It is never unloaded.
const CudaDriver* cuda_driver(std::string* problem);

}  // namespace lsd
