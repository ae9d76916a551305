#include "device.h"

#include <cstring>

namespace lsd {
namespace {

// The driver may cut small allocations out of a larger block and then shares the whole block.
constexpr size_t kSharedBlock = size_t{2} << 20;

constexpr char kHexDigits[] = "0123456789abcdef";

CudaAddress address_of(const std::byte* memory) { return reinterpret_cast<CudaAddress>(memory); }

std::string to_hex(const unsigned char* bytes, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += kHexDigits[bytes[i] >> 4];
    text += kHexDigits[bytes[i] & 15];
  }
  return text;
}

bool from_hex(const std::string& text, unsigned char* bytes, size_t count) {
  if (text.size() != 2 * count) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char* digit = std::strchr(kHexDigits, text[i]);
    if (digit == nullptr || *digit == '\0') return false;
    const auto value = static_cast<unsigned char>(digit - kHexDigits);
    bytes[i / 2] =
        i % 2 == 0 ? static_cast<unsigned char>(value << 4) : static_cast<unsigned char>(bytes[i / 2] | value);
  }
  return true;
}

std::string uuid_text(const CudaUuid& uuid) {
  std::string text = to_hex(uuid.bytes, sizeof uuid.bytes);
  for (const size_t position : {8, 13, 18, 23}) text.insert(position, "-");
  return "GPU-" + text;
}

CudaRows one_row(size_t bytes) {
  CudaRows rows{};
  rows.source_pitch = rows.target_pitch = rows.width_bytes = bytes;
  rows.height = 1;
  return rows;
}

}  // namespace

std::shared_ptr<CudaDevice> CudaDevice::open(int32_t ordinal, void* stream, std::string* problem) {
  return open(ordinal, stream, false, problem);
}

std::shared_ptr<CudaDevice> CudaDevice::open_for_surfaces(int32_t ordinal, std::string* problem) {
  return open(ordinal, nullptr, true, problem);
}

std::shared_ptr<CudaDevice> CudaDevice::open(int32_t ordinal, void* stream, bool has_lanes, std::string* problem) {
  const CudaDriver* driver = cuda_driver(problem);
  if (driver == nullptr) return nullptr;
  int device = 0;
  if (driver->cuDeviceGet(&device, ordinal) != kCudaSuccess) {
    *problem = "There is no CUDA device " + std::to_string(ordinal) + ".";
    return nullptr;
  }
  std::shared_ptr<CudaDevice> opened(new CudaDevice(*driver, device, stream, has_lanes));
  return opened->start(problem) ? opened : nullptr;
}

bool CudaDevice::start(std::string* problem) {
  CudaUuid uuid{};
  int has_events = 0;
  if (!check(driver_.cuDeviceGetUuid_v2(&uuid, device_), "cuDeviceGetUuid", problem) ||
      !check(driver_.cuDeviceGetAttribute(&has_events, kCudaHasIpcEvents, device_), "cuDeviceGetAttribute", problem) ||
      !check(driver_.cuDevicePrimaryCtxRetain(&context_, device_), "cuDevicePrimaryCtxRetain", problem)) {
    return false;
  }
  uuid_ = uuid_text(uuid);
  has_ipc_ = has_events != 0;
  const Scope scope(*this);
  return check(driver_.cuStreamCreate(&own_stream_, kCudaStreamNonBlocking), "cuStreamCreate", problem) &&
         check(driver_.cuEventCreate(&read_, kCudaEventPlain), "cuEventCreate", problem) &&
         (!has_lanes_ || start_lanes(problem));
}

CudaDevice::~CudaDevice() {
  if (context_ == nullptr) return;
  {
    const Scope scope(*this);
    if (has_lanes_) stop_lanes();
    if (read_ != nullptr) driver_.cuEventDestroy_v2(read_);
    if (own_stream_ != nullptr) driver_.cuStreamDestroy_v2(own_stream_);
  }
  driver_.cuDevicePrimaryCtxRelease_v2(device_);
}

bool CudaDevice::check(CudaResult result, const char* function, std::string* problem) const {
  if (result == kCudaSuccess) return true;
  const char* name = nullptr;
  if (driver_.cuGetErrorName(result, &name) != kCudaSuccess || name == nullptr) name = "unknown";
  *problem = std::string("The NVIDIA driver answered ") + name + " to " + function + ".";
  return false;
}

bool CudaDevice::allocate(size_t bytes, std::byte** out, std::string* problem) {
  const Scope scope(*this);
  CudaAddress address = 0;
  const CudaResult result = driver_.cuMemAlloc_v2(&address, align_up(bytes, kSharedBlock));
  if (!check(result, "cuMemAlloc", problem)) return false;
  *out = reinterpret_cast<std::byte*>(address);
  return true;
}

void CudaDevice::free(std::byte* memory) {
  const Scope scope(*this);
  driver_.cuMemFree_v2(address_of(memory));
}

bool CudaDevice::copy_planes(std::byte* target, bool is_on_device, const FrameLayout& layout, const lsd_frame& frame,
                             std::string* problem) {
  const Scope scope(*this);
  for (int32_t i = 0; i < layout.plane_count; ++i) {
    const CudaAddress source = reinterpret_cast<CudaAddress>(frame.planes[i]);
    unsigned type = 0;
    int device = -1;
    // Asked first: a copy from any other address would break the engine's whole context.
    if (driver_.cuPointerGetAttribute(&type, kCudaPointerMemoryType, source) != kCudaSuccess ||
        type != kCudaMemoryDevice ||
        driver_.cuPointerGetAttribute(&device, kCudaPointerDevice, source) != kCudaSuccess || device != device_) {
      *problem = "A plane is not in the memory of the stream's CUDA device.";
      return false;
    }
    const PlaneLayout& plane = layout.planes[i];
    CudaRows rows{};
    rows.source_type = kCudaMemoryDevice;
    rows.source_device = source;
    rows.source_pitch = frame.row_pitch_bytes[i] != 0 ? static_cast<size_t>(frame.row_pitch_bytes[i]) : plane.row_bytes;
    rows.target_type = is_on_device ? kCudaMemoryDevice : kCudaMemoryHost;
    rows.target_device = is_on_device ? address_of(target + plane.offset) : 0;
    rows.target_host = is_on_device ? nullptr : target + plane.offset;
    rows.target_pitch = rows.width_bytes = plane.row_bytes;
    rows.height = static_cast<size_t>(layout.height);
    if (!check(driver_.cuMemcpy2DAsync_v2(&rows, planes_stream_), "cuMemcpy2DAsync", problem)) return false;
  }
  return is_on_device || check(driver_.cuStreamSynchronize(planes_stream_), "cuStreamSynchronize", problem);
}

bool CudaDevice::mark_read(std::string* problem) {
  const Scope scope(*this);
  return check(driver_.cuEventRecord(read_, results_stream_), "cuEventRecord", problem);
}

bool CudaDevice::copy_result(std::byte* target, const std::byte* source, size_t bytes, std::string* problem) {
  CudaRows rows = one_row(bytes);
  rows.source_type = kCudaMemoryDevice;
  rows.source_device = address_of(source);
  rows.target_type = kCudaMemoryDevice;
  rows.target_device = address_of(target);
  return copy_back(rows, problem);
}

bool CudaDevice::upload_result(std::byte* target, const std::byte* host, size_t bytes, std::string* problem) {
  CudaRows rows = one_row(bytes);
  rows.source_type = kCudaMemoryHost;
  rows.source_host = host;
  rows.target_type = kCudaMemoryDevice;
  rows.target_device = address_of(target);
  return copy_back(rows, problem);
}

bool CudaDevice::copy_back(CudaRows rows, std::string* problem) {
  const Scope scope(*this);
  if (has_lanes_ && !is_done_within(read_, kLongestFenceWait)) {
    *problem = "The engine's fence did not let go of the picture before; a result was dropped.";
    return false;
  }
  return check(driver_.cuStreamWaitEvent(own_stream_, read_, 0), "cuStreamWaitEvent", problem) &&
         check(driver_.cuMemcpy2DAsync_v2(&rows, own_stream_), "cuMemcpy2DAsync", problem) &&
         check(driver_.cuStreamSynchronize(own_stream_), "cuStreamSynchronize", problem);
}

bool CudaDevice::export_memory(std::byte* memory, std::string* handle, std::string* problem) {
  const Scope scope(*this);
  CudaMemoryHandle raw{};
  if (!check(driver_.cuIpcGetMemHandle(&raw, address_of(memory)), "cuIpcGetMemHandle", problem)) return false;
  *handle = to_hex(raw.bytes, sizeof raw.bytes);
  return true;
}

bool CudaDevice::open_memory(const std::string& handle, size_t bytes, std::byte** out, std::string* problem) {
  CudaMemoryHandle raw{};
  if (!from_hex(handle, raw.bytes, sizeof raw.bytes)) {
    *problem = "The daemon's handle of its memory is not 128 hex digits.";
    return false;
  }
  const Scope scope(*this);
  CudaAddress address = 0, base = 0;
  size_t real_bytes = 0;
  const CudaResult opened = driver_.cuIpcOpenMemHandle_v2(&address, raw, kCudaPeerAccess);
  if (!check(opened, "cuIpcOpenMemHandle", problem)) return false;
  const CudaResult asked = driver_.cuMemGetAddressRange_v2(&base, &real_bytes, address);
  if (check(asked, "cuMemGetAddressRange", problem)) {
    if (base + real_bytes >= address + bytes) {
      *out = reinterpret_cast<std::byte*>(address);
      return true;
    }
    *problem = "The daemon's memory is smaller than its results.";
  }
  driver_.cuIpcCloseMemHandle(address);
  return false;
}

void CudaDevice::close_memory(std::byte* memory) {
  const Scope scope(*this);
  driver_.cuIpcCloseMemHandle(address_of(memory));
}

bool CudaDevice::create_event(CudaEvent** out, std::string* handle, std::string* problem) {
  const Scope scope(*this);
  CudaEventHandle raw{};
  if (!check(driver_.cuEventCreate(out, kCudaEventForOthers), "cuEventCreate", problem) ||
      !check(driver_.cuIpcGetEventHandle(&raw, *out), "cuIpcGetEventHandle", problem)) {
    return false;
  }
  *handle = to_hex(raw.bytes, sizeof raw.bytes);
  return true;
}

void CudaDevice::destroy_event(CudaEvent* event) {
  if (has_lanes_) settle();
  const Scope scope(*this);
  driver_.cuEventSynchronize(event);
  driver_.cuEventDestroy_v2(event);
}

bool CudaDevice::record(CudaEvent* event, std::string* problem) {
  const Scope scope(*this);
  return check(driver_.cuEventRecord(event, planes_stream_), "cuEventRecord", problem);
}

}  // namespace lsd
