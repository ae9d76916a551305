#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "../messages.h"

namespace lsd {

class Connection;
class CudaDevice;
class Incoming;
class Outbox;
class Wakeup;

/// What a channel needs to know of a stream. Sizes in bytes; `frame_bytes` is the packed frame's.
struct ChannelSizes {
  size_t frame_bytes = 0;
  uint32_t planes = 0;
  size_t output_bytes = 0;                     ///< tightly packed
  std::shared_ptr<CudaDevice> cuda = nullptr;  ///< where the engine has its planes; null: in host memory
};

/// A frame that is ready to be announced.
struct Departure {
  int32_t stream = 0;
  const FrameInfo* info = nullptr;
  const std::vector<lsd_slot>* slots = nullptr;  ///< those that changed
  uint32_t slot = 0;
  uint64_t slot_seq = 0;
  std::shared_ptr<Outbox> outbox;
  std::shared_ptr<Wakeup> wakeup;
};

/// The way that a stream's frames and results take: one class per transport. It is made before `open`, which offers it,
/// and used when `opened` has chosen it.
class FrameChannel {
 public:
  static constexpr uint32_t kSlots = 4;
  enum class Read { ok, torn, wrong };

  virtual ~FrameChannel() = default;

  virtual lsd_transport transport() const = 0;
  virtual TransportOffer offer() const = 0;
  /// Whether a slot must not be written to until the socket is done with it; else only the one announced last is
  /// spared.
  virtual bool sends_out_of_slots() const = 0;
  /// Whether slots and results are on the card: then their addresses are the card's.
  virtual bool is_on_device() const { return false; }

  // The I/O thread.
  /// `opened` chose this channel. False with `*problem` set when what the daemon says of it is of no use.
  virtual bool connect(const TransportAnswer& answer, std::string* problem) = 0;
  /// False: the socket is full, nothing was sent.
  virtual bool send(const Departure& frame, Connection& connection) = 0;
  /// Copies a result's pixels; `wrong` with `*problem` set when it is not one of this channel.
  virtual Read read_result(const Result& result, Incoming& incoming, std::byte* target, std::string* problem) = 0;

  // The submitting thread; one at a time.
  virtual std::byte* frame(uint32_t slot) = 0;
  virtual void begin_write(uint32_t slot) = 0;
  /// What is to be announced as `slot_seq`.
  virtual uint64_t end_write(uint32_t slot, int64_t seq) = 0;
};

}  // namespace lsd
