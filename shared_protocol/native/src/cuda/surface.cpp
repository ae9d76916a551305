#include "surface.h"

#include <algorithm>
#include <cstring>

#include "external_handle.h"

namespace lsd {
namespace {

int memory_type(int32_t handle_kind) {
  switch (handle_kind) {
    case LSD_HANDLE_VULKAN_FD:
      return kCudaOpaqueFile;
    case LSD_HANDLE_VULKAN_WIN32:
      return kCudaOpaqueWindows;
    case LSD_HANDLE_D3D12:
      return kCudaD3d12Resource;
    default:
      return kCudaD3d11Resource;
  }
}

int fence_type(int32_t handle_kind) {
  switch (handle_kind) {
    case LSD_HANDLE_VULKAN_FD:
      return kCudaTimelineFile;
    case LSD_HANDLE_VULKAN_WIN32:
      return kCudaTimelineWindows;
    case LSD_HANDLE_D3D12:
      return kCudaD3d12Fence;
    default:
      return kCudaD3d11Fence;
  }
}

bool is_direct3d(int32_t handle_kind) { return handle_kind == LSD_HANDLE_D3D11 || handle_kind == LSD_HANDLE_D3D12; }

void fill_texel(int32_t format, int* type, unsigned* channels) {
  const bool is_half = format == LSD_FORMAT_RGBA16F || format == LSD_FORMAT_RG16F;
  *type = is_half ? kCudaHalf : format == LSD_FORMAT_R32F ? kCudaFloat : kCudaUint8;
  const size_t channel_bytes = is_half ? 2 : format == LSD_FORMAT_R32F ? 4 : 1;
  *channels = static_cast<unsigned>(bytes_per_pixel(format) / channel_bytes);
}

/// Empty where the description can be true.
std::string wrong_about(const lsd_surface_config& config) {
  if (bytes_per_pixel(config.format) == 0) return "A surface's format must be one of a plane.";
  const auto is_side = [](int32_t side) { return side >= kSmallestSide && side <= kLargestSide; };
  if (!is_side(config.width) || !is_side(config.height)) return "A surface must have 16 to 4096 pixels a side.";
  if (config.memory_bytes == 0) return "memory_bytes is 0; say how much memory was allocated.";
  if (config.is_image != 0) {
    if (config.row_pitch_bytes != 0) return "An image has no row_pitch_bytes.";
    return "";
  }
  if (config.handle_kind == LSD_HANDLE_D3D11) return "Of Direct3D 11 only textures can be shared: set is_image.";
  const uint64_t row_bytes = static_cast<uint64_t>(config.width) * bytes_per_pixel(config.format);
  const uint64_t pitch = config.row_pitch_bytes != 0 ? static_cast<uint64_t>(config.row_pitch_bytes) : row_bytes;
  if (config.row_pitch_bytes < 0 || pitch < row_bytes) return "A row pitch is smaller than a row.";
  const uint64_t end = pitch * static_cast<uint64_t>(config.height - 1) + row_bytes;
  if (config.offset > config.memory_bytes || end > config.memory_bytes - config.offset) {
    return "The surface does not fit into its memory: " + std::to_string(config.memory_bytes) + " bytes, " +
           std::to_string(end) + " are needed from offset " + std::to_string(config.offset) + ".";
  }
  return "";
}

}  // namespace

std::unique_ptr<CudaSurface> CudaSurface::import(const std::shared_ptr<CudaDevice>& device,
                                                 const lsd_surface_config& config, std::string* problem) {
  *problem = wrong_about(config);
  if (!problem->empty()) return nullptr;
  std::unique_ptr<CudaSurface> surface(new CudaSurface(device, config));
  return surface->start(problem) ? std::move(surface) : nullptr;
}

bool CudaSurface::start(std::string* problem) {
  if (config_.row_pitch_bytes == 0) {
    config_.row_pitch_bytes = config_.width * static_cast<int32_t>(bytes_per_pixel(config_.format));
  }
  CudaExternalMemoryHandle described{};
  ExternalHandle handle(config_.handle_kind, config_.handle);
  if (!handle.open(&described.handle, problem)) return false;
  described.type = memory_type(config_.handle_kind);
  described.bytes = config_.memory_bytes;
  described.flags = config_.is_dedicated != 0 || is_direct3d(config_.handle_kind) ? kCudaDedicated : 0;
  const CudaDevice::Scope scope(*device_);
  const CudaDriver& driver = device_->driver();
  const CudaResult imported = driver.cuImportExternalMemory(&memory_, &described);
  if (!device_->check(imported, "cuImportExternalMemory", problem)) {
    memory_ = nullptr;
    return false;
  }
  handle.taken();
  if (config_.is_image != 0) return map_image(problem);
  CudaExternalBuffer buffer{};
  buffer.offset = config_.offset;
  buffer.bytes = config_.memory_bytes - config_.offset;
  const CudaResult mapped = driver.cuExternalMemoryGetMappedBuffer(&buffer_, memory_, &buffer);
  return device_->check(mapped, "cuExternalMemoryGetMappedBuffer", problem);
}

bool CudaSurface::map_image(std::string* problem) {
  CudaExternalImage described{};
  described.offset = config_.offset;
  described.image.width = static_cast<size_t>(config_.width);
  described.image.height = static_cast<size_t>(config_.height);
  fill_texel(config_.format, &described.image.format, &described.image.channels);
  described.image.flags = config_.is_render_target != 0 ? kCudaColorAttachment : 0;
  described.levels = 1;
  const CudaDriver& driver = device_->driver();
  const CudaResult mapped = driver.cuExternalMemoryGetMappedMipmappedArray(&levels_, memory_, &described);
  return device_->check(mapped, "cuExternalMemoryGetMappedMipmappedArray", problem) &&
         device_->check(driver.cuMipmappedArrayGetLevel(&image_, levels_, 0), "cuMipmappedArrayGetLevel", problem);
}

CudaSurface::~CudaSurface() {
  if (memory_ == nullptr) return;
  device_->settle();
  const CudaDevice::Scope scope(*device_);
  const CudaDriver& driver = device_->driver();
  if (buffer_ != 0) driver.cuMemFree_v2(buffer_);
  if (levels_ != nullptr) driver.cuMipmappedArrayDestroy(levels_);
  driver.cuDestroyExternalMemory(memory_);
}

void CudaSurface::be_source(CudaRows* rows) const {
  rows->source_type = image_ != nullptr ? kCudaMemoryArray : kCudaMemoryDevice;
  rows->source_array = image_;
  rows->source_device = buffer_;
  rows->source_pitch = static_cast<size_t>(config_.row_pitch_bytes);
}

void CudaSurface::be_target(CudaRows* rows) const {
  rows->target_type = image_ != nullptr ? kCudaMemoryArray : kCudaMemoryDevice;
  rows->target_array = image_;
  rows->target_device = buffer_;
  rows->target_pitch = static_cast<size_t>(config_.row_pitch_bytes);
}

std::unique_ptr<CudaFence> CudaFence::import(const std::shared_ptr<CudaDevice>& device, const lsd_fence_config& config,
                                             std::string* problem) {
  CudaExternalSemaphoreHandle described{};
  ExternalHandle handle(config.handle_kind, config.handle);
  if (!handle.open(&described.handle, problem)) return nullptr;
  described.type = fence_type(config.handle_kind);
  std::unique_ptr<CudaFence> fence(new CudaFence(device));
  const CudaDevice::Scope scope(*device);
  const CudaResult imported = device->driver().cuImportExternalSemaphore(&fence->semaphore_, &described);
  if (!device->check(imported, "cuImportExternalSemaphore", problem)) {
    fence->semaphore_ = nullptr;
    return nullptr;
  }
  handle.taken();
  return fence;
}

CudaFence::~CudaFence() {
  if (semaphore_ == nullptr) return;
  device_->settle();
  const CudaDevice::Scope scope(*device_);
  device_->driver().cuDestroyExternalSemaphore(semaphore_);
}

int32_t find_card(const lsd_adapter& adapter, std::string* problem) {
  const CudaDriver* driver = cuda_driver(problem);
  if (driver == nullptr) return -1;
  const auto is_given = [](const uint8_t* bytes, size_t count) {
    return std::any_of(bytes, bytes + count, [](uint8_t byte) { return byte != 0; });
  };
  const bool has_uuid = is_given(adapter.uuid, sizeof adapter.uuid);
  const bool has_luid = is_given(adapter.luid, sizeof adapter.luid);
  int count = 0;
  if (driver->cuDeviceGetCount(&count) != kCudaSuccess) count = 0;
  for (int32_t number = 0; number < count; ++number) {
    int device = 0, has_timelines = 0;
    CudaUuid uuid{};
    char luid[8] = {};
    unsigned nodes = 0;
    if (driver->cuDeviceGet(&device, number) != kCudaSuccess) continue;
    const bool is_it = (has_uuid && driver->cuDeviceGetUuid_v2(&uuid, device) == kCudaSuccess &&
                        std::memcmp(uuid.bytes, adapter.uuid, sizeof uuid.bytes) == 0) ||
                       (has_luid && driver->cuDeviceGetLuid != nullptr &&
                        driver->cuDeviceGetLuid(luid, &nodes, device) == kCudaSuccess &&
                        std::memcmp(luid, adapter.luid, sizeof luid) == 0);
    if (!is_it) continue;
    if (is_direct3d(adapter.handle_kind) ||
        (driver->cuDeviceGetAttribute(&has_timelines, kCudaHasTimelineSemaphores, device) == kCudaSuccess &&
         has_timelines != 0)) {
      return number;
    }
    *problem = "The NVIDIA driver can't use Vulkan's timeline semaphores with CUDA; frames go through host memory.";
    return -1;
  }
  *problem = "The engine draws on a GPU that CUDA does not have; frames go through host memory.";
  return -1;
}

}  // namespace lsd
