#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "connection.h"
#include "messages.h"

namespace lsd {

class MapReader;
class MapWriter;
class Outbox;

/// A frame on its way to the I/O thread.
struct OutgoingFrame {
  FrameInfo info;
  uint32_t slot = 0;
  uint64_t slot_seq = 0;  ///< where the transport numbers what is written into a slot
};

/// What the frames of a stream take.
struct ChannelSizes {
  uint32_t planes = 0;
  size_t frame_bytes = 0;   ///< of a packed frame
  size_t result_bytes = 0;  ///< of a result's pixels
};

enum class ResultRead {
  complete,
  torn,  ///< overwritten before it was copied: normal when this thread was late
  wrong  ///< the daemon broke the protocol
};

/// The way of one stream's frames to the daemon, and of its results back. What is written where, and when it may be
/// written again, is all that transports differ in.
class FrameChannel {
 public:
  static constexpr uint32_t kSlots = 4;

  virtual ~FrameChannel() = default;
  virtual lsd_transport transport() const = 0;

  // The submitting thread; one at a time.
  /// Room for one packed frame.
  virtual std::byte* frame(uint32_t slot) const = 0;
  virtual void begin_write(uint32_t slot) = 0;
  /// The slot_seq to announce, if the transport has such.
  virtual uint64_t end_write(uint32_t slot, int64_t frame_seq) = 0;

  // The I/O thread.
  /// What `frame` says of the slot, or nothing when the pixels travel with it.
  virtual std::optional<SlotReference> reference(const OutgoingFrame& frame) const = 0;
  /// Sends the header, and the pixels if they travel with it. False: the socket is full, nothing was sent. Sees to it
  /// that the slot is released in `outbox` once it may be written again; at once when nothing was sent.
  virtual bool send(Connection& connection, const std::string& header, const OutgoingFrame& frame,
                    const std::shared_ptr<Outbox>& outbox, const std::shared_ptr<Wakeup>& wakeup) = 0;
  /// Copies a result's pixels to `target`. `*problem` is a sentence when it is wrong.
  virtual ResultRead read_result(const Result& result, Incoming& incoming, std::byte* target,
                                 std::string* problem) const = 0;
};

/// Between `open` and `opened`: what was prepared for a transport that the daemon may choose. Goes away with all that
/// it holds when the daemon chooses another.
class ChannelOffer {
 public:
  virtual ~ChannelOffer() = default;

  /// The entry's keys in `open.transport` besides its name.
  virtual uint32_t keys() const = 0;
  virtual void write(MapWriter& writer) const = 0;
  /// `answer` is the map in `opened`, which passed Transport::check. Null with `*problem` set when it cannot be used.
  virtual std::unique_ptr<FrameChannel> open(const MapReader& answer, std::string* problem) = 0;
};

/// One row of PROTOCOL.md section 7.
struct Transport {
  lsd_transport id;
  const char* name;
  bool needs_same_host;
  /// Null with `*problem` set when it cannot be had here.
  std::unique_ptr<ChannelOffer> (*offer)(const ChannelSizes& sizes, std::string* problem);
  /// Throws Malformed when what `opened` says of the transport breaks the protocol.
  void (*check)(const MapReader& answer);
};

}  // namespace lsd
