#pragma once

#include <memory>
#include <string>

#include "device.h"

namespace lsd {

/// A texture or a buffer that Vulkan or Direct3D made on the same card, as CUDA may use it.
class CudaSurface {
 public:
  /// Null with `*problem` set. The handle stays the caller's and may be closed afterwards.
  static std::unique_ptr<CudaSurface> import(const std::shared_ptr<CudaDevice>& device,
                                             const lsd_surface_config& config, std::string* problem);
  /// Waits for the copies that use it, as CudaDevice::settle does.
  ~CudaSurface();
  CudaSurface(const CudaSurface&) = delete;

  bool is_like(int32_t width, int32_t height, int32_t format) const {
    return config_.width == width && config_.height == height && config_.format == format;
  }
  void be_source(CudaRows* rows) const;
  void be_target(CudaRows* rows) const;

 private:
  CudaSurface(const std::shared_ptr<CudaDevice>& device, const lsd_surface_config& config)
      : device_(device), config_(config) {}
  bool start(std::string* problem);
  bool map_image(std::string* problem);

  const std::shared_ptr<CudaDevice> device_;
  lsd_surface_config config_;
  CudaExternalMemory* memory_ = nullptr;
  CudaAddress buffer_ = 0;
  CudaMipmappedArray* levels_ = nullptr;
  CudaArray* image_ = nullptr;
};

/// A timeline semaphore of Vulkan or a fence of Direct3D.
class CudaFence {
 public:
  /// As CudaSurface::import.
  static std::unique_ptr<CudaFence> import(const std::shared_ptr<CudaDevice>& device, const lsd_fence_config& config,
                                           std::string* problem);
  /// Waits for what waits for it.
  ~CudaFence();
  CudaFence(const CudaFence&) = delete;

  CudaExternalSemaphore* semaphore() const { return semaphore_; }

 private:
  explicit CudaFence(const std::shared_ptr<CudaDevice>& device) : device_(device) {}

  const std::shared_ptr<CudaDevice> device_;
  CudaExternalSemaphore* semaphore_ = nullptr;
};

/// The number (in CUDA's order, in this process) of the card that an engine draws on; -1 with `*problem` set.
int32_t find_card(const lsd_adapter& adapter, std::string* problem);

}  // namespace lsd
