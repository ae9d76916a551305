#include "ring.h"

#include <atomic>
#include <cstring>
#include <limits>

namespace lsd {
namespace {

constexpr uint32_t kMagic = 0x3144534C;  // "LSD1"
constexpr uint32_t kVersion = 1;
constexpr uint32_t kFewestSlots = 2;
constexpr uint32_t kMostSlots = 16;
constexpr uint64_t kHeaderBytes = 64;

struct RingHeader {
  uint32_t magic;
  uint32_t version;
  uint32_t slots;
  uint32_t planes;
  uint64_t slot_stride;
  uint64_t frame_bytes;
  unsigned char zero[32];
};
static_assert(sizeof(RingHeader) == kHeaderBytes);

struct SlotHeader {
  std::atomic<uint64_t> slot_seq;
  int64_t frame_seq;
  unsigned char zero[48];
};
static_assert(sizeof(SlotHeader) == kHeaderBytes);
static_assert(std::atomic<uint64_t>::is_always_lock_free, "slot_seq is shared between processes");

SlotHeader* slot_header(const SharedMemory& memory, uint32_t slot, uint64_t stride) {
  return reinterpret_cast<SlotHeader*>(memory.data() + kHeaderBytes + slot * stride);
}

std::byte* slot_frame(const SharedMemory& memory, uint32_t slot, uint64_t stride) {
  return memory.data() + 2 * kHeaderBytes + slot * stride;
}

}  // namespace

std::unique_ptr<RingWriter> RingWriter::create(uint32_t slots, uint32_t planes, size_t frame_bytes,
                                               std::string* problem) {
  const uint64_t stride = kHeaderBytes + frame_bytes;
  const uint64_t bytes = kHeaderBytes + slots * stride;
  if (bytes > std::numeric_limits<size_t>::max() / 2) {
    *problem = "The ring does not fit this process's address space.";
    return nullptr;
  }
  auto memory = SharedMemory::create(static_cast<size_t>(bytes), problem);
  if (memory == nullptr) return nullptr;
  const RingHeader header{kMagic, kVersion, slots, planes, stride, frame_bytes, {}};
  std::memcpy(memory->data(), &header, sizeof header);
  return std::unique_ptr<RingWriter>(new RingWriter(std::move(memory), slots, stride));
}

RingDescription RingWriter::description() const { return {memory_->name(), memory_->bytes(), slots_, stride_}; }

std::byte* RingWriter::frame(uint32_t slot) const { return slot_frame(*memory_, slot, stride_); }

void RingWriter::begin_write(uint32_t slot) {
  SlotHeader* header = slot_header(*memory_, slot, stride_);
  header->slot_seq.store(header->slot_seq.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  // The odd number must be seen before any byte of the new frame is.
  std::atomic_thread_fence(std::memory_order_release);
}

uint64_t RingWriter::end_write(uint32_t slot, int64_t frame_seq) {
  SlotHeader* header = slot_header(*memory_, slot, stride_);
  header->frame_seq = frame_seq;
  const uint64_t slot_seq = header->slot_seq.load(std::memory_order_relaxed) + 1;
  header->slot_seq.store(slot_seq, std::memory_order_release);
  return slot_seq;
}

std::unique_ptr<RingReader> RingReader::open(const RingDescription& description, uint32_t planes, size_t frame_bytes,
                                             std::string* problem) {
  // Looked at by division: slots * slot_stride of a lying peer could overflow. Far more than the slots need is refused
  // too: mapping it would fill this machine's memory.
  const bool has_sane_sizes =
      description.slots >= kFewestSlots && description.slots <= kMostSlots && description.slot_stride % 64 == 0 &&
      description.slot_stride >= kHeaderBytes + frame_bytes && description.bytes >= kHeaderBytes &&
      (description.bytes - kHeaderBytes) / description.slots >= description.slot_stride &&
      (description.bytes - kHeaderBytes) / description.slots / 2 <= kHeaderBytes + frame_bytes &&
      description.bytes <= std::numeric_limits<size_t>::max() / 2;
  // Also when the sizes are wrong the segment is opened, because that removes its name.
  const uint64_t bytes = has_sane_sizes ? description.bytes : kHeaderBytes;
  auto memory = SharedMemory::open(description.name, static_cast<size_t>(bytes), problem);
  if (memory == nullptr) return nullptr;
  if (!has_sane_sizes) {
    *problem = "The sizes that the daemon gives for its ring do not fit each other or the output.";
    return nullptr;
  }
  RingHeader header;
  std::memcpy(&header, memory->data(), sizeof header);
  if (header.magic != kMagic || header.version != kVersion || header.slots != description.slots ||
      header.planes != planes || header.slot_stride != description.slot_stride || header.frame_bytes < frame_bytes ||
      header.frame_bytes > header.slot_stride - kHeaderBytes) {
    *problem = "The header of the daemon's ring does not match its description.";
    return nullptr;
  }
  return std::unique_ptr<RingReader>(
      new RingReader(std::move(memory), description.slots, description.slot_stride, frame_bytes));
}

bool RingReader::read(uint64_t slot, uint64_t slot_seq, std::byte* target, size_t bytes) const {
  if (slot >= slots_ || bytes > frame_bytes_ || slot_seq % 2 != 0) return false;
  const SlotHeader* header = slot_header(*memory_, static_cast<uint32_t>(slot), stride_);
  if (header->slot_seq.load(std::memory_order_acquire) != slot_seq) return false;
  std::memcpy(target, slot_frame(*memory_, static_cast<uint32_t>(slot), stride_), bytes);
  // The copy must be over before the second look.
  std::atomic_thread_fence(std::memory_order_acquire);
  return header->slot_seq.load(std::memory_order_relaxed) == slot_seq;
}

}  // namespace lsd
