#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

#include "cuda/device.h"

namespace lsd {

/// Gives memory back to where it is from: the heap, or a card.
struct BufferDeleter {
  std::shared_ptr<CudaDevice> device;

  void operator()(std::byte* bytes) const {
    if (device != nullptr) {
      device->free(bytes);
    } else {
      ::operator delete (bytes, std::align_val_t{64});
    }
  }
};
using Buffer = std::unique_ptr<std::byte[], BufferDeleter>;

/// Zeroed. Writing the zeroes also maps every page, so that the first frame is as fast as the next.
inline Buffer make_buffer(size_t bytes) {
  Buffer buffer(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{64})));
  std::memset(buffer.get(), 0, bytes);
  return buffer;
}

/// Memory of a card, not zeroed.
///
/// Throws std::bad_alloc where it has none left.
inline Buffer make_device_buffer(const std::shared_ptr<CudaDevice>& device, size_t bytes) {
  std::byte* memory = nullptr;
  std::string problem;
  if (!device->allocate(bytes, &memory, &problem)) throw std::bad_alloc();
  return Buffer(memory, BufferDeleter{device});
}

}  // namespace lsd
