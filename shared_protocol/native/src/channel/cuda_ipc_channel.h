#pragma once

#include <array>

#include "../cuda/device.h"
#include "../ring.h"
#include "frame_channel.h"

namespace lsd {

/// Frames and results in the memory of one card (PROTOCOL.md section 7): the way between processes that use the same
/// one. Nothing passes through the host but the slots' numbers, in rings without frames.
class CudaIpcChannel : public FrameChannel {
 public:
  /// Null with `*problem` set when the card's memory cannot be shared.
  static std::unique_ptr<FrameChannel> make(const ChannelSizes& sizes, std::string* problem);
  ~CudaIpcChannel() override;

  lsd_transport transport() const override { return LSD_TRANSPORT_CUDA_IPC; }
  TransportOffer offer() const override;
  bool sends_out_of_slots() const override { return false; }
  bool is_on_device() const override { return true; }

  bool connect(const TransportAnswer& answer, std::string* problem) override;
  bool send(const Departure& frame, Connection& connection) override;
  Read read_result(const Result& result, Incoming& incoming, std::byte* target, std::string* problem) override;

  std::byte* frame(uint32_t slot) override { return memory_ + slot * sizes_.frame_bytes; }
  void begin_write(uint32_t slot) override { numbers_->begin_write(slot); }
  /// The engine's stream says when the planes, whose copies are queued there, have arrived.
  uint64_t end_write(uint32_t slot, int64_t seq) override;

 private:
  explicit CudaIpcChannel(const ChannelSizes& sizes) : sizes_(sizes), cuda_(*sizes.cuda) {}
  bool start(std::string* problem);
  size_t result_stride() const { return align_up(sizes_.output_bytes, kPlaneAlignment); }

  ChannelSizes sizes_;
  CudaDevice& cuda_;
  std::unique_ptr<RingWriter> numbers_;
  std::byte* memory_ = nullptr;
  std::string memory_handle_;
  std::array<CudaEvent*, kSlots> ready_{};
  std::array<std::string, kSlots> ready_handles_;
  std::unique_ptr<RingReader> result_numbers_;
  std::byte* results_ = nullptr;  ///< the daemon's
};

}  // namespace lsd
