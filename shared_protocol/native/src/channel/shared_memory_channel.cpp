#include "shared_memory_channel.h"

#include "../connection.h"
#include "../encode.h"
#include "../frame_layout.h"

namespace lsd {

std::unique_ptr<FrameChannel> SharedMemoryChannel::make(const ChannelSizes& sizes, std::string* problem) {
  auto ring = RingWriter::create(kSlots, sizes.planes, sizes.frame_bytes, problem);
  if (ring == nullptr) return nullptr;
  return std::unique_ptr<FrameChannel>(new SharedMemoryChannel(sizes, std::move(ring)));
}

bool SharedMemoryChannel::connect(const TransportAnswer& answer, std::string* problem) {
  frames_->unlink();
  if (!answer.ring) {
    *problem = "The daemon chose shared memory and announced no ring.";
    return false;
  }
  results_ = RingReader::open(*answer.ring, 1, align_up(sizes_.output_bytes, kPlaneAlignment), problem);
  return results_ != nullptr;
}

bool SharedMemoryChannel::send(const Departure& frame, Connection& connection) {
  return connection.send(
      encode_frame(frame.stream, *frame.info, *frame.slots, SlotReference{frame.slot, frame.slot_seq}));
}

FrameChannel::Read SharedMemoryChannel::read_result(const Result& result, Incoming&, std::byte* target,
                                                    std::string* problem) {
  if (!result.slot) {
    *problem = "The daemon's result names no slot.";
    return Read::wrong;
  }
  const bool is_whole = results_->read(result.slot->slot, result.slot->slot_seq, target, sizes_.output_bytes);
  return is_whole ? Read::ok : Read::torn;
}

}  // namespace lsd
