#pragma once

#include <array>

#include "../buffer.h"
#include "frame_channel.h"

namespace lsd {

/// The packed frame is the message's payload: the way between machines. Slots lie on the heap.
class InlineChannel : public FrameChannel {
 public:
  explicit InlineChannel(const ChannelSizes& sizes) : sizes_(sizes) {}

  lsd_transport transport() const override { return LSD_TRANSPORT_INLINE; }
  TransportOffer offer() const override { return {"inline", std::nullopt}; }
  bool sends_out_of_slots() const override { return true; }

  bool connect(const TransportAnswer& answer, std::string* problem) override;
  bool send(const Departure& frame, Connection& connection) override;
  Read read_result(const Result& result, Incoming& incoming, std::byte* target, std::string* problem) override;

  std::byte* frame(uint32_t slot) override { return slots_[slot].get(); }
  void begin_write(uint32_t) override {}
  uint64_t end_write(uint32_t, int64_t) override { return 0; }

 private:
  ChannelSizes sizes_;
  std::array<Buffer, kSlots> slots_;  ///< allocated when the channel was chosen
};

}  // namespace lsd
