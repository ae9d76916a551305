#include "external.h"

#include <chrono>
#include <thread>

#include "counters.h"

namespace stand_in {

std::shared_ptr<Timeline> Timeline::adopt(int file) {
  auto block = SharedBlock::adopt(file, sizeof(uint64_t));
  if (block == nullptr) return nullptr;
  ++counters().external_semaphores;
  return std::shared_ptr<Timeline>(new Timeline(std::move(block)));
}

Timeline::~Timeline() { --counters().external_semaphores; }

void Timeline::wait(uint64_t wanted) {
  ++waiting_;
  while (value().load() < wanted) std::this_thread::sleep_for(std::chrono::microseconds(100));
  --waiting_;
}

CUresult Timeline::signal(uint64_t wanted) {
  uint64_t before = value().load();
  do {
    if (before >= wanted) {
      rule_broken("a timeline semaphore was signalled with a value that does not rise");
      return CUDA_ERROR_INVALID_VALUE;
    }
  } while (!value().compare_exchange_weak(before, wanted));
  return CUDA_SUCCESS;
}

CUresult import_memory(const CUDA_EXTERNAL_MEMORY_HANDLE_DESC& described, CUexternalMemory* out) {
  if (described.type != CU_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD) return CUDA_ERROR_NOT_SUPPORTED;
  if (described.size == 0 || described.flags > 1) return CUDA_ERROR_INVALID_VALUE;
  auto block = SharedBlock::adopt(described.handle.fd, described.size);
  if (block == nullptr) return CUDA_ERROR_INVALID_VALUE;
  *out = new ExternalMemory{std::move(block)};
  ++counters().external_memory;
  return CUDA_SUCCESS;
}

CUresult import_semaphore(const CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC& described, CUexternalSemaphore* out) {
  if (described.type != CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_TIMELINE_SEMAPHORE_FD) return CUDA_ERROR_NOT_SUPPORTED;
  auto timeline = Timeline::adopt(described.handle.fd);
  if (timeline == nullptr) return CUDA_ERROR_INVALID_VALUE;
  *out = new std::shared_ptr<Timeline>(std::move(timeline));
  return CUDA_SUCCESS;
}

CUresult map_image(ExternalMemory& memory, const CUDA_EXTERNAL_MEMORY_MIPMAPPED_ARRAY_DESC& described,
                   CUmipmappedArray* out) {
  const CUDA_ARRAY3D_DESCRIPTOR& image = described.arrayDesc;
  const size_t channel_bytes = image.Format == CU_AD_FORMAT_UNSIGNED_INT8 ? 1
                               : image.Format == CU_AD_FORMAT_HALF        ? 2
                               : image.Format == CU_AD_FORMAT_FLOAT       ? 4
                                                                          : 0;
  const size_t row_bytes = image.Width * image.NumChannels * channel_bytes;
  const size_t pitch = (row_bytes + 63) / 64 * 64;
  if (row_bytes == 0 || image.Height == 0 || image.Depth != 0 || described.numLevels != 1 ||
      described.offset > memory.block->bytes() || pitch * image.Height > memory.block->bytes() - described.offset) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  *out = new Image{memory.block, memory.mapped, described.offset, pitch, row_bytes, image.Height};
  ++*memory.mapped;
  ++counters().mapped;
  return CUDA_SUCCESS;
}

}  // namespace stand_in
