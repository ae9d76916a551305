// A stand-in for libcuda.so.1, for machines without an NVIDIA card: the functions of the driver interface that
// MirageLSD calls. README.md says what it shows and what it can't.

#include <dlfcn.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "counters.h"
#include "external.h"
#include "kernels.h"
#include "memory.h"
#include "streams.h"

namespace {

using stand_in::counters;
using stand_in::Event;
using stand_in::Stream;

constexpr int kMostDevices = 4;
const CUstream kLegacyStream = reinterpret_cast<CUstream>(1);
const CUstream kPerThreadStream = reinterpret_cast<CUstream>(2);

std::atomic<bool> is_initialized{false};
thread_local CUcontext current = nullptr;
thread_local std::unique_ptr<std::string> error_text;

int device_count() {
  const char* text = std::getenv("LIBCUDA_STAND_IN_DEVICES");
  const int count = text != nullptr ? std::atoi(text) : 1;
  return count < 0 ? 0 : count > kMostDevices ? kMostDevices : count;
}

bool has_ipc() { return std::getenv("LIBCUDA_STAND_IN_NO_IPC") == nullptr; }

CUcontext context_of(CUdevice device) { return reinterpret_cast<CUcontext>(0x1000 + device); }

/// What a call finds wrong before it does anything.
CUresult problem() {
  if (!is_initialized) return CUDA_ERROR_NOT_INITIALIZED;
  if (current == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
  return stand_in::sticky_error();
}

#define REQUIRE_CONTEXT() \
  if (const CUresult wrong = problem(); wrong != CUDA_SUCCESS) return wrong
#define REQUIRE(condition, error) \
  if (!(condition)) return error

Stream& stream_of(CUstream handle) {
  // Never destroyed: other threads may still be in it when the process ends.
  static Stream* const unnamed = new Stream;
  if (handle == nullptr || handle == kLegacyStream || handle == kPerThreadStream) return *unnamed;
  return *static_cast<Stream*>(handle);
}

std::shared_ptr<Event>& event_of(CUevent handle) { return *static_cast<std::shared_ptr<Event>*>(handle); }

/// One side of a copy, looked up when the copy runs.
struct Side {
  unsigned type;
  const void* host;
  CUdeviceptr device;
  size_t pitch, x, y;
  const stand_in::Image* image = nullptr;

  bool is_device() const {
    return image != nullptr || type == CU_MEMORYTYPE_DEVICE || (type == CU_MEMORYTYPE_UNIFIED && stand_in::is_device_address(device));
  }
  void be(CUarray array) {
    image = static_cast<const stand_in::Image*>(array);
    pitch = image->pitch;
  }
  char* rows(size_t width, size_t height, stand_in::View* view) const {
    const size_t offset = y * pitch + x;
    if (image != nullptr) {
      if (x + width > image->row_bytes || y + height > image->height) {
        stand_in::rule_broken("a copy is not all inside its array");
        return nullptr;
      }
      *view = {image->block, image->block->host() + image->offset + offset};
      return view->host;
    }
    if (!is_device()) return static_cast<char*>(const_cast<void*>(host)) + offset;
    *view = stand_in::view(device + offset, pitch * (height - 1) + width);
    return view->host;
  }
};

CUresult copy_rows(const Side& to, const Side& from, size_t width, size_t height) {
  stand_in::View to_view, from_view;
  char* target = to.rows(width, height, &to_view);
  const char* source = from.rows(width, height, &from_view);
  if (target == nullptr || source == nullptr) return CUDA_ERROR_ILLEGAL_ADDRESS;
  for (size_t row = 0; row < height; ++row) std::memcpy(target + row * to.pitch, source + row * from.pitch, width);
  std::atomic<uint64_t>& count = !to.is_device()    ? counters().bytes_to_host
                                 : from.is_device() ? counters().bytes_on_device
                                                    : counters().bytes_to_device;
  count += width * height;
  return CUDA_SUCCESS;
}

CUresult copy(const CUDA_MEMCPY2D& c, CUstream stream) {
  REQUIRE_CONTEXT();
  REQUIRE(c.WidthInBytes > 0 && c.Height > 0, CUDA_ERROR_INVALID_VALUE);
  Side from{c.srcMemoryType, c.srcHost, c.srcDevice, c.srcPitch, c.srcXInBytes, c.srcY};
  Side to{c.dstMemoryType, c.dstHost, c.dstDevice, c.dstPitch, c.dstXInBytes, c.dstY};
  if (c.srcMemoryType == CU_MEMORYTYPE_ARRAY) from.be(c.srcArray);
  if (c.dstMemoryType == CU_MEMORYTYPE_ARRAY) to.be(c.dstArray);
  const size_t width = c.WidthInBytes, height = c.Height;
  REQUIRE(height == 1 || (from.pitch >= width && to.pitch >= width), CUDA_ERROR_INVALID_VALUE);
  stream_of(stream).push([=] { return copy_rows(to, from, width, height); });
  return CUDA_SUCCESS;
}

CUresult copy_linear(Side to, Side from, size_t bytes, CUstream stream) {
  CUDA_MEMCPY2D c{};
  c.srcMemoryType = from.type, c.srcHost = from.host, c.srcDevice = from.device, c.srcPitch = bytes;
  c.dstMemoryType = to.type, c.dstHost = const_cast<void*>(to.host), c.dstDevice = to.device, c.dstPitch = bytes;
  c.WidthInBytes = bytes, c.Height = 1;
  return copy(c, stream);
}

Side host(const void* address) { return {CU_MEMORYTYPE_HOST, address, 0, 0, 0, 0}; }
Side device(CUdeviceptr address) { return {CU_MEMORYTYPE_DEVICE, nullptr, address, 0, 0, 0}; }

CUresult finished(CUresult queued, CUstream stream) {
  if (queued != CUDA_SUCCESS) return queued;
  stream_of(stream).drain();
  return stand_in::sticky_error();
}

}  // namespace

// Driver, devices, contexts

STAND_IN_API CUresult cuInit(unsigned) {
  if (std::getenv("LIBCUDA_STAND_IN_CRASH") != nullptr) std::abort();
  if (device_count() == 0) return CUDA_ERROR_NO_DEVICE;
  is_initialized = true;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDriverGetVersion(int* version) {
  *version = 13000;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceGetCount(int* count) {
  REQUIRE(is_initialized, CUDA_ERROR_NOT_INITIALIZED);
  *count = device_count();
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  REQUIRE(is_initialized, CUDA_ERROR_NOT_INITIALIZED);
  REQUIRE(ordinal >= 0 && ordinal < device_count(), CUDA_ERROR_INVALID_DEVICE);
  *device = ordinal;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceGetName(char* name, int length, CUdevice) {
  std::snprintf(name, static_cast<size_t>(length), "stand-in (no GPU)");
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceGetUuid_v2(CUuuid* uuid, CUdevice device) {
  const char* text = std::getenv("LIBCUDA_STAND_IN_UUID");  // 15 characters, or 32 hex digits of the only card's
  char bytes[16] = {};
  if (text != nullptr && std::strlen(text) == 2 * sizeof bytes) {
    for (size_t i = 0; i < sizeof bytes; ++i) {
      uuid->bytes[i] = static_cast<char>(std::stoi(std::string(text + 2 * i, 2), nullptr, 16));
    }
    return CUDA_SUCCESS;
  }
  std::snprintf(bytes, sizeof bytes, "%s", text != nullptr ? text : "lsd-stand-in---");
  bytes[15] = static_cast<char>('0' + device);
  std::memcpy(uuid->bytes, bytes, sizeof bytes);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice) {
  *bytes = stand_in::total_bytes();
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceGetAttribute(int* value, int attribute, CUdevice) {
  switch (attribute) {
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
      *value = 8;
      break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
      *value = 9;
      break;
    case CU_DEVICE_ATTRIBUTE_WARP_SIZE:
      *value = 32;
      break;
    case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
      *value = 1;
      break;
    case CU_DEVICE_ATTRIBUTE_TIMELINE_SEMAPHORE_INTEROP_SUPPORTED:
      *value = std::getenv("LIBCUDA_STAND_IN_NO_TIMELINES") == nullptr ? 1 : 0;
      break;
    case CU_DEVICE_ATTRIBUTE_IPC_EVENT_SUPPORTED:
      *value = has_ipc() ? 1 : 0;
      break;
    default:
      *value = 0;
  }
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  REQUIRE(is_initialized, CUDA_ERROR_NOT_INITIALIZED);
  *context = context_of(device);
  ++counters().contexts;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice) {
  REQUIRE(counters().contexts > 0, CUDA_ERROR_INVALID_CONTEXT);
  --counters().contexts;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuCtxGetCurrent(CUcontext* context) {
  *context = current;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuCtxSetCurrent(CUcontext context) {
  current = context;
  return CUDA_SUCCESS;
}

namespace {
thread_local std::unique_ptr<std::deque<CUcontext>> pushed;
}

STAND_IN_API CUresult cuCtxPushCurrent_v2(CUcontext context) {
  if (pushed == nullptr) pushed = std::make_unique<std::deque<CUcontext>>();
  pushed->push_back(current);
  current = context;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuCtxPopCurrent_v2(CUcontext* context) {
  REQUIRE(pushed != nullptr && !pushed->empty(), CUDA_ERROR_INVALID_CONTEXT);
  if (context != nullptr) *context = current;
  current = pushed->back();
  pushed->pop_back();
  return CUDA_SUCCESS;
}

// Memory

STAND_IN_API CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
  REQUIRE_CONTEXT();
  return stand_in::allocate(bytes, address);
}
STAND_IN_API CUresult cuMemFree_v2(CUdeviceptr address) {
  REQUIRE_CONTEXT();
  return stand_in::free_memory(address);
}
STAND_IN_API CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
  REQUIRE_CONTEXT();
  *total = stand_in::total_bytes();
  *free = *total - counters().bytes;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuMemGetAddressRange_v2(CUdeviceptr* base, size_t* bytes, CUdeviceptr address) {
  REQUIRE_CONTEXT();
  return stand_in::range_of(address, base, bytes);
}
STAND_IN_API CUresult cuPointerGetAttribute(void* value, int attribute, CUdeviceptr address) {
  REQUIRE_CONTEXT();
  REQUIRE(stand_in::is_device_address(address), CUDA_ERROR_INVALID_VALUE);
  if (attribute == CU_POINTER_ATTRIBUTE_MEMORY_TYPE) {
    *static_cast<unsigned*>(value) = CU_MEMORYTYPE_DEVICE;
    return CUDA_SUCCESS;
  }
  REQUIRE(attribute == CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, CUDA_ERROR_NOT_SUPPORTED);
  *static_cast<int*>(value) = 0;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuIpcGetMemHandle(CUipcMemHandle* handle, CUdeviceptr address) {
  REQUIRE_CONTEXT();
  REQUIRE(has_ipc(), CUDA_ERROR_NOT_SUPPORTED);
  return stand_in::export_memory(address, handle);
}
STAND_IN_API CUresult cuIpcOpenMemHandle_v2(CUdeviceptr* address, CUipcMemHandle handle, unsigned) {
  REQUIRE_CONTEXT();
  REQUIRE(has_ipc(), CUDA_ERROR_NOT_SUPPORTED);
  return stand_in::open_memory(handle, address);
}
STAND_IN_API CUresult cuIpcCloseMemHandle(CUdeviceptr address) {
  REQUIRE_CONTEXT();
  return stand_in::close_memory(address);
}

// Copies

STAND_IN_API CUresult cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D* c, CUstream stream) { return copy(*c, stream); }
STAND_IN_API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, CUstream stream) {
  return copy_linear(device(to), host(from), bytes, stream);
}
STAND_IN_API CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, CUstream stream) {
  return copy_linear(host(to), device(from), bytes, stream);
}
STAND_IN_API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
  return copy_linear(device(to), device(from), bytes, stream);
}
STAND_IN_API CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, size_t bytes) {
  return finished(copy_linear(device(to), host(from), bytes, nullptr), nullptr);
}
STAND_IN_API CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, size_t bytes) {
  return finished(copy_linear(host(to), device(from), bytes, nullptr), nullptr);
}
STAND_IN_API CUresult cuMemsetD2D8Async(CUdeviceptr address, size_t pitch, unsigned char value, size_t width,
                                        size_t height, CUstream stream) {
  REQUIRE_CONTEXT();
  REQUIRE(width > 0 && height > 0 && (height == 1 || pitch >= width), CUDA_ERROR_INVALID_VALUE);
  stream_of(stream).push([=]() -> CUresult {
    const stand_in::View view = stand_in::view(address, pitch * (height - 1) + width);
    if (view.host == nullptr) return CUDA_ERROR_ILLEGAL_ADDRESS;
    for (size_t row = 0; row < height; ++row) std::memset(view.host + row * pitch, value, width);
    return CUDA_SUCCESS;
  });
  return CUDA_SUCCESS;
}

// Streams and events

STAND_IN_API CUresult cuStreamCreate(CUstream* stream, unsigned) {
  REQUIRE_CONTEXT();
  *stream = new Stream;
  ++counters().streams;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuStreamDestroy_v2(CUstream handle) {
  REQUIRE_CONTEXT();
  --counters().streams;
  // Returns at once, as the driver does; what is queued still runs.
  std::thread([stream = static_cast<Stream*>(handle)] { delete stream; }).detach();
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuStreamSynchronize(CUstream stream) {
  REQUIRE_CONTEXT();
  return finished(CUDA_SUCCESS, stream);
}
STAND_IN_API CUresult cuStreamQuery(CUstream stream) {
  REQUIRE_CONTEXT();
  return stream_of(stream).is_idle() ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}
STAND_IN_API CUresult cuStreamWaitEvent(CUstream stream, CUevent handle, unsigned) {
  REQUIRE_CONTEXT();
  const std::shared_ptr<Event> event = event_of(handle);
  stream_of(stream).push([event, record = event->recorded()]() -> CUresult {
    event->wait(record);
    return CUDA_SUCCESS;
  });
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuEventCreate(CUevent* handle, unsigned flags) {
  REQUIRE_CONTEXT();
  const bool is_shared = (flags & CU_EVENT_INTERPROCESS) != 0;
  REQUIRE(!is_shared || (flags & CU_EVENT_DISABLE_TIMING) != 0, CUDA_ERROR_INVALID_VALUE);
  auto event = Event::create(is_shared);
  REQUIRE(event != nullptr, CUDA_ERROR_OUT_OF_MEMORY);
  *handle = new std::shared_ptr<Event>(std::move(event));
  ++counters().events;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuEventDestroy_v2(CUevent handle) {
  REQUIRE_CONTEXT();
  --(event_of(handle)->is_opened() ? counters().opened_events : counters().events);
  delete static_cast<std::shared_ptr<Event>*>(handle);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuEventRecord(CUevent handle, CUstream stream) {
  REQUIRE_CONTEXT();
  const std::shared_ptr<Event> event = event_of(handle);
  stream_of(stream).push([event, record = event->record()]() -> CUresult {
    event->finish(record);
    return CUDA_SUCCESS;
  });
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuEventQuery(CUevent handle) {
  REQUIRE_CONTEXT();
  const Event& event = *event_of(handle);
  return event.is_done(event.recorded()) ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}
STAND_IN_API CUresult cuEventSynchronize(CUevent handle) {
  REQUIRE_CONTEXT();
  const Event& event = *event_of(handle);
  event.wait(event.recorded());
  return stand_in::sticky_error();
}
STAND_IN_API CUresult cuIpcGetEventHandle(CUipcEventHandle* handle, CUevent event) {
  REQUIRE_CONTEXT();
  REQUIRE(has_ipc(), CUDA_ERROR_NOT_SUPPORTED);
  return event_of(event)->export_to(handle);
}
STAND_IN_API CUresult cuIpcOpenEventHandle(CUevent* event, CUipcEventHandle handle) {
  REQUIRE_CONTEXT();
  REQUIRE(has_ipc(), CUDA_ERROR_NOT_SUPPORTED);
  CUresult why = CUDA_SUCCESS;
  auto opened = Event::open(handle, &why);
  REQUIRE(opened != nullptr, why);
  *event = new std::shared_ptr<Event>(std::move(opened));
  ++counters().opened_events;
  return CUDA_SUCCESS;
}

// Memory and semaphores of other interfaces

STAND_IN_API CUresult cuImportExternalMemory(CUexternalMemory* memory,
                                             const CUDA_EXTERNAL_MEMORY_HANDLE_DESC* described) {
  REQUIRE_CONTEXT();
  return stand_in::import_memory(*described, memory);
}
STAND_IN_API CUresult cuDestroyExternalMemory(CUexternalMemory handle) {
  REQUIRE_CONTEXT();
  auto* const memory = static_cast<stand_in::ExternalMemory*>(handle);
  if (*memory->mapped != 0) {
    stand_in::rule_broken("external memory was destroyed before what is mapped of it");
    return CUDA_ERROR_INVALID_VALUE;
  }
  delete memory;
  --counters().external_memory;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuExternalMemoryGetMappedBuffer(CUdeviceptr* address, CUexternalMemory handle,
                                                      const CUDA_EXTERNAL_MEMORY_BUFFER_DESC* described) {
  REQUIRE_CONTEXT();
  const auto& memory = *static_cast<stand_in::ExternalMemory*>(handle);
  const size_t all = memory.block->bytes();
  REQUIRE(described->size > 0 && described->offset <= all && described->size <= all - described->offset,
          CUDA_ERROR_INVALID_VALUE);
  return stand_in::map_external(memory.block, described->offset, described->size, memory.mapped, address);
}
STAND_IN_API CUresult cuExternalMemoryGetMappedMipmappedArray(
    CUmipmappedArray* levels, CUexternalMemory handle, const CUDA_EXTERNAL_MEMORY_MIPMAPPED_ARRAY_DESC* described) {
  REQUIRE_CONTEXT();
  return stand_in::map_image(*static_cast<stand_in::ExternalMemory*>(handle), *described, levels);
}
STAND_IN_API CUresult cuMipmappedArrayGetLevel(CUarray* array, CUmipmappedArray levels, unsigned level) {
  REQUIRE_CONTEXT();
  REQUIRE(level == 0, CUDA_ERROR_INVALID_VALUE);
  *array = levels;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuMipmappedArrayDestroy(CUmipmappedArray levels) {
  REQUIRE_CONTEXT();
  auto* const image = static_cast<stand_in::Image*>(levels);
  --*image->mapped;
  --counters().mapped;
  delete image;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuImportExternalSemaphore(CUexternalSemaphore* semaphore,
                                                const CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC* described) {
  REQUIRE_CONTEXT();
  return stand_in::import_semaphore(*described, semaphore);
}
STAND_IN_API CUresult cuDestroyExternalSemaphore(CUexternalSemaphore handle) {
  REQUIRE_CONTEXT();
  auto* const semaphore = static_cast<std::shared_ptr<stand_in::Timeline>*>(handle);
  if ((*semaphore)->waiting() != 0) stand_in::rule_broken("a semaphore was destroyed while a stream waits for it");
  delete semaphore;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuWaitExternalSemaphoresAsync(const CUexternalSemaphore* handles,
                                                    const CUDA_EXTERNAL_SEMAPHORE_PARAMS* values, unsigned count,
                                                    CUstream stream) {
  REQUIRE_CONTEXT();
  for (unsigned i = 0; i < count; ++i) {
    const auto semaphore = *static_cast<std::shared_ptr<stand_in::Timeline>*>(handles[i]);
    stream_of(stream).push([semaphore, value = values[i].value]() -> CUresult {
      semaphore->wait(value);
      return CUDA_SUCCESS;
    });
  }
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuSignalExternalSemaphoresAsync(const CUexternalSemaphore* handles,
                                                      const CUDA_EXTERNAL_SEMAPHORE_PARAMS* values, unsigned count,
                                                      CUstream stream) {
  REQUIRE_CONTEXT();
  for (unsigned i = 0; i < count; ++i) {
    const auto semaphore = *static_cast<std::shared_ptr<stand_in::Timeline>*>(handles[i]);
    stream_of(stream).push([semaphore, value = values[i].value] { return semaphore->signal(value); });
  }
  return CUDA_SUCCESS;
}

// Kernels. Code for a card can't run here; what does is the same text, compiled for the host.

STAND_IN_API CUresult cuModuleLoadData(CUmodule* module, const void* image) {
  REQUIRE_CONTEXT();
  // A cubin is an ELF file, PTX begins with a comment or a directive.
  const char* const bytes = static_cast<const char*>(image);
  REQUIRE(std::memcmp(bytes, "\x7f" "ELF", 4) == 0 || bytes[0] == '/' || bytes[0] == '.', CUDA_ERROR_INVALID_IMAGE);
  *module = reinterpret_cast<CUmodule>(1);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuModuleUnload(CUmodule) { return problem(); }
STAND_IN_API CUresult cuModuleGetFunction(CUfunction* function, CUmodule, const char* name) {
  REQUIRE_CONTEXT();
  const stand_in::HostKernel* const kernel = stand_in::host_kernel(name);
  REQUIRE(kernel != nullptr, CUDA_ERROR_NOT_FOUND);
  *function = const_cast<stand_in::HostKernel*>(kernel);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                                     unsigned block_x, unsigned block_y, unsigned block_z, unsigned, CUstream stream,
                                     void** parameters, void**) {
  REQUIRE_CONTEXT();
  const auto* const kernel = static_cast<const stand_in::HostKernel*>(function);
  const std::array<unsigned, 3> grid{grid_x, grid_y, grid_z}, block{block_x, block_y, block_z};
  REQUIRE(grid_x * grid_y * grid_z > 0 && block_x * block_y * block_z <= 1024, CUDA_ERROR_INVALID_VALUE);
  // As the driver does: the values are read now, what they point to when the kernel runs.
  std::vector<CUdeviceptr> addresses;
  for (int i = 0; i < kernel->arguments; ++i) addresses.push_back(*static_cast<const CUdeviceptr*>(parameters[i]));
  stream_of(stream).push([=]() -> CUresult {
    std::vector<stand_in::View> views;
    std::vector<void*> arguments;
    for (const CUdeviceptr address : addresses) {
      views.push_back(address == 0 ? stand_in::View{} : stand_in::view(address, 1));
      if (address != 0 && views.back().host == nullptr) return CUDA_ERROR_ILLEGAL_ADDRESS;
      arguments.push_back(views.back().host);
    }
    kernel->run(grid.data(), block.data(), arguments.data());
    return CUDA_SUCCESS;
  });
  return CUDA_SUCCESS;
}

// Texts, and the way to all of the above

// NVRTC asks for it, and does without.
STAND_IN_API CUresult cuGetExportTable(const void** table, const CUuuid*) {
  *table = nullptr;
  return CUDA_ERROR_NOT_FOUND;
}

STAND_IN_API CUresult cuGetErrorString(CUresult error, const char** text) {
  error_text = std::make_unique<std::string>("stand-in error " + std::to_string(error));
  *text = error_text->c_str();
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuGetErrorName(CUresult error, const char** text) { return cuGetErrorString(error, text); }

STAND_IN_API CUresult cuGetProcAddress_v2(const char* name, void** function, int, uint64_t, int* status) {
  Dl_info info;
  dladdr(reinterpret_cast<void*>(&cuInit), &info);
  static void* const self = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  *function = nullptr;
  for (const char* version : {"_v3", "_v2", ""}) {
    *function = dlsym(self, (std::string(name) + version).c_str());
    if (*function != nullptr) break;
  }
  if (status != nullptr) *status = *function != nullptr ? 0 : 1;  // found, symbol not found
  return *function != nullptr ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}
STAND_IN_API CUresult cuGetProcAddress(const char* name, void** function, int version, uint64_t flags) {
  return cuGetProcAddress_v2(name, function, version, flags, nullptr);
}
