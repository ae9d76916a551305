#include <array>
#include <cstring>

#include "buffer.h"
#include "channel/transports.h"
#include "frame_layout.h"
#include "outbox.h"

namespace lsd {
namespace {

/// The pixels are the message's payload. libzmq sends them from the slot itself, which is busy until it is done.
class InlineChannel final : public FrameChannel {
 public:
  explicit InlineChannel(const ChannelSizes& sizes) : sizes_(sizes) {
    for (Buffer& slot : slots_) slot = make_buffer(sizes.frame_bytes);
  }

  lsd_transport transport() const override { return LSD_TRANSPORT_INLINE; }

  std::byte* frame(uint32_t slot) const override { return slots_[slot].get(); }
  void begin_write(uint32_t) override {}
  uint64_t end_write(uint32_t, int64_t) override { return 0; }

  std::optional<SlotReference> reference(const OutgoingFrame&) const override { return std::nullopt; }

  bool send(Connection& connection, const std::string& header, const OutgoingFrame& frame,
            const std::shared_ptr<Outbox>& outbox, const std::shared_ptr<Wakeup>& wakeup) override {
    return connection.send_frame(header, outbox, frame.slot, sizes_.frame_bytes, wakeup);
  }

  ResultRead read_result(const Result&, Incoming& incoming, std::byte* target, std::string* problem) const override {
    if (incoming.parts() != 2 || incoming.payload_bytes() != align_up(sizes_.result_bytes, kPlaneAlignment)) {
      *problem = "The daemon's result does not have the size of the output.";
      return ResultRead::wrong;
    }
    std::memcpy(target, incoming.payload(), sizes_.result_bytes);
    return ResultRead::complete;
  }

 private:
  const ChannelSizes sizes_;
  std::array<Buffer, kSlots> slots_;
};

class InlineOffer final : public ChannelOffer {
 public:
  explicit InlineOffer(const ChannelSizes& sizes) : sizes_(sizes) {}

  uint32_t keys() const override { return 0; }
  void write(MapWriter&) const override {}
  std::unique_ptr<FrameChannel> open(const MapReader&, std::string*) override {
    return std::make_unique<InlineChannel>(sizes_);
  }

 private:
  const ChannelSizes sizes_;
};

}  // namespace

const Transport kInlineTransport{LSD_TRANSPORT_INLINE, "inline", false,
                                 [](const ChannelSizes& sizes, std::string*) -> std::unique_ptr<ChannelOffer> {
                                   return std::make_unique<InlineOffer>(sizes);
                                 },
                                 [](const MapReader&) {}};

}  // namespace lsd
