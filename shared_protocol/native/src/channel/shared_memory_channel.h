#pragma once

#include "../ring.h"
#include "frame_channel.h"

namespace lsd {

/// Two rings in shared memory (PROTOCOL.md section 6): the way between processes of one machine.
class SharedMemoryChannel : public FrameChannel {
 public:
  /// Null with `*problem` set when there is no shared memory to be had.
  static std::unique_ptr<FrameChannel> make(const ChannelSizes& sizes, std::string* problem);

  lsd_transport transport() const override { return LSD_TRANSPORT_SHARED_MEMORY; }
  TransportOffer offer() const override { return {"shared_memory", frames_->description()}; }
  bool sends_out_of_slots() const override { return false; }

  bool connect(const TransportAnswer& answer, std::string* problem) override;
  bool send(const Departure& frame, Connection& connection) override;
  Read read_result(const Result& result, Incoming& incoming, std::byte* target, std::string* problem) override;

  std::byte* frame(uint32_t slot) override { return frames_->frame(slot); }
  void begin_write(uint32_t slot) override { frames_->begin_write(slot); }
  uint64_t end_write(uint32_t slot, int64_t seq) override { return frames_->end_write(slot, seq); }

 private:
  SharedMemoryChannel(const ChannelSizes& sizes, std::unique_ptr<RingWriter> frames)
      : sizes_(sizes), frames_(std::move(frames)) {}

  ChannelSizes sizes_;
  std::unique_ptr<RingWriter> frames_;
  std::unique_ptr<RingReader> results_;  ///< mapped when the channel was chosen
};

}  // namespace lsd
