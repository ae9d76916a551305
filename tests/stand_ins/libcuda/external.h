#pragma once

#include <atomic>
#include <memory>

#include "memory.h"

namespace stand_in {

/// Memory of another interface: a file that was handed over. The driver keeps it; whoever imports the same descriptor
/// again finds that it is closed.
struct ExternalMemory {
  std::shared_ptr<SharedBlock> block;
  std::shared_ptr<std::atomic<int>> mapped = std::make_shared<std::atomic<int>>(0);
};

/// A texture in it, laid out as llvmpipe does it: rows of whole 64 bytes.
struct Image {
  std::shared_ptr<SharedBlock> block;
  std::shared_ptr<std::atomic<int>> mapped;
  size_t offset, pitch, row_bytes, height;
};

/// A timeline semaphore: a file with a number of 64 bits that only rises. Mesa's llvmpipe shares none, so that whoever
/// tests with it carries values between its semaphore and such a file.
class Timeline {
 public:
  /// Null: no such file. Takes it, else.
  static std::shared_ptr<Timeline> adopt(int file);
  ~Timeline();

  /// Without an end, as a card does it.
  void wait(uint64_t value);
  CUresult signal(uint64_t value);
  int waiting() const { return waiting_; }

 private:
  explicit Timeline(std::shared_ptr<SharedBlock> block) : block_(std::move(block)) {}
  std::atomic<uint64_t>& value() const { return *reinterpret_cast<std::atomic<uint64_t>*>(block_->host()); }

  std::shared_ptr<SharedBlock> block_;
  std::atomic<int> waiting_{0};
};

CUresult import_memory(const CUDA_EXTERNAL_MEMORY_HANDLE_DESC& described, CUexternalMemory* out);
CUresult import_semaphore(const CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC& described, CUexternalSemaphore* out);
CUresult map_image(ExternalMemory& memory, const CUDA_EXTERNAL_MEMORY_MIPMAPPED_ARRAY_DESC& described,
                   CUmipmappedArray* out);

}  // namespace stand_in
