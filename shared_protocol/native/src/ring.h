#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "shm.h"

namespace lsd {

/// What `open` and `opened` say about a ring.
struct RingDescription {
  std::string name;
  uint64_t bytes = 0;
  uint32_t slots = 0;
  uint64_t slot_stride = 0;
};

/// The writing side of PROTOCOL.md section 6. One thread at a time.
class RingWriter {
 public:
  /// Null with `*problem` set when there is no shared memory to be had.
  static std::unique_ptr<RingWriter> create(uint32_t slots, uint32_t planes, size_t frame_bytes, std::string* problem);

  RingDescription description() const;
  void unlink() { memory_->unlink(); }

  std::byte* frame(uint32_t slot) const;
  void begin_write(uint32_t slot);
  /// The even slot_seq to announce.
  uint64_t end_write(uint32_t slot, int64_t frame_seq);

 private:
  RingWriter(std::unique_ptr<SharedMemory> memory, uint32_t slots, uint64_t stride)
      : memory_(std::move(memory)), slots_(slots), stride_(stride) {}

  std::unique_ptr<SharedMemory> memory_;
  uint32_t slots_;
  uint64_t stride_;
};

/// The reading side. The peer is not trusted: nothing is touched that was not checked against the mapping.
class RingReader {
 public:
  /// Null with `*problem` set when the ring cannot be mapped or does not hold frames of `frame_bytes` and `planes`.
  static std::unique_ptr<RingReader> open(const RingDescription& description, uint32_t planes, size_t frame_bytes,
                                          std::string* problem);

  /// False: no such slot, or it was overwritten before or during the copy (torn).
  bool read(uint64_t slot, uint64_t slot_seq, std::byte* target, size_t bytes) const;

 private:
  RingReader(std::unique_ptr<SharedMemory> memory, uint32_t slots, uint64_t stride, size_t frame_bytes)
      : memory_(std::move(memory)), slots_(slots), stride_(stride), frame_bytes_(frame_bytes) {}

  std::unique_ptr<SharedMemory> memory_;
  uint32_t slots_;
  uint64_t stride_;
  size_t frame_bytes_;
};

}  // namespace lsd
