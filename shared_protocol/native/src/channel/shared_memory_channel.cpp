#include <limits>

#include "channel/transports.h"
#include "frame_layout.h"
#include "map_reader.h"
#include "map_writer.h"
#include "outbox.h"
#include "ring.h"

namespace lsd {
namespace {

constexpr uint32_t kNone = ~0u;

/// Two rings of PROTOCOL.md section 6: the core writes one, the daemon the other.
class SharedMemoryChannel final : public FrameChannel {
 public:
  SharedMemoryChannel(std::unique_ptr<RingWriter> frames, std::unique_ptr<RingReader> results, size_t result_bytes)
      : frames_(std::move(frames)), results_(std::move(results)), result_bytes_(result_bytes) {}

  lsd_transport transport() const override { return LSD_TRANSPORT_SHARED_MEMORY; }

  std::byte* frame(uint32_t slot) const override { return frames_->frame(slot); }
  void begin_write(uint32_t slot) override { frames_->begin_write(slot); }
  uint64_t end_write(uint32_t slot, int64_t frame_seq) override { return frames_->end_write(slot, frame_seq); }

  std::optional<SlotReference> reference(const OutgoingFrame& frame) const override {
    return SlotReference{frame.slot, frame.slot_seq};
  }

  bool send(Connection& connection, const std::string& header, const OutgoingFrame& frame,
            const std::shared_ptr<Outbox>& outbox, const std::shared_ptr<Wakeup>&) override {
    if (!connection.send(header)) {
      outbox->release(frame.slot);
      return false;
    }
    // The daemon may be reading the slot that was announced last; the one before it has had its time.
    if (announced_ != kNone) outbox->release(announced_);
    announced_ = frame.slot;
    return true;
  }

  ResultRead read_result(const Result& result, Incoming&, std::byte* target, std::string* problem) const override {
    if (!result.slot) {
      *problem = "The daemon's result names no slot.";
      return ResultRead::wrong;
    }
    const bool is_whole = results_->read(result.slot->slot, result.slot->slot_seq, target, result_bytes_);
    return is_whole ? ResultRead::complete : ResultRead::torn;
  }

 private:
  std::unique_ptr<RingWriter> frames_;
  std::unique_ptr<RingReader> results_;
  const size_t result_bytes_;
  uint32_t announced_ = kNone;
};

RingDescription read_ring(const MapReader& answer) {
  const MapReader map = answer.map("ring");
  RingDescription ring;
  ring.name = map.text("name");
  ring.bytes = static_cast<uint64_t>(map.integer("bytes", 1, kMostInt));
  ring.slots = static_cast<uint32_t>(map.integer("slots", 2, 16));
  ring.slot_stride = static_cast<uint64_t>(map.integer("slot_stride", 64, kMostInt));
  if (ring.slot_stride % 64 != 0) throw Malformed("slot_stride is not a multiple of 64");
  return ring;
}

class SharedMemoryOffer final : public ChannelOffer {
 public:
  SharedMemoryOffer(std::unique_ptr<RingWriter> frames, const ChannelSizes& sizes)
      : frames_(std::move(frames)), sizes_(sizes) {}

  uint32_t keys() const override { return 1; }
  void write(MapWriter& writer) const override {
    const RingDescription ring = frames_->description();
    writer.map("ring", 4);
    writer.put("name", ring.name);
    writer.put_unsigned("bytes", ring.bytes);
    writer.put("slots", int64_t{ring.slots});
    writer.put_unsigned("slot_stride", ring.slot_stride);
  }

  std::unique_ptr<FrameChannel> open(const MapReader& answer, std::string* problem) override {
    frames_->unlink();  // the daemon has it open
    auto results = RingReader::open(read_ring(answer), 1, align_up(sizes_.result_bytes, kPlaneAlignment), problem);
    if (results == nullptr) return nullptr;
    return std::make_unique<SharedMemoryChannel>(std::move(frames_), std::move(results), sizes_.result_bytes);
  }

 private:
  std::unique_ptr<RingWriter> frames_;
  const ChannelSizes sizes_;
};

std::unique_ptr<ChannelOffer> offer(const ChannelSizes& sizes, std::string* problem) {
  auto frames = RingWriter::create(FrameChannel::kSlots, sizes.planes, sizes.frame_bytes, problem);
  if (frames == nullptr) return nullptr;
  return std::make_unique<SharedMemoryOffer>(std::move(frames), sizes);
}

}  // namespace

const Transport kSharedMemoryTransport{LSD_TRANSPORT_SHARED_MEMORY, "shared_memory", true, offer,
                                       [](const MapReader& answer) { read_ring(answer); }};

}  // namespace lsd
