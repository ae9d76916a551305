#include "outbox.h"

namespace lsd {

uint32_t Outbox::begin_write() {
  uint32_t slot = last_written_;
  {
    const std::lock_guard lock(mutex_);
    // Round robin gives a reader of an older slot the longest time. At most three slots are excluded: one waits, two
    // are in flight.
    do {
      slot = (slot + 1) % FrameChannel::kSlots;
    } while (is_in_flight_[slot] || (waiting_ && waiting_->slot == slot));
  }
  channel_->begin_write(slot);
  return slot;
}

bool Outbox::end_write(uint32_t slot, FrameInfo info) {
  last_written_ = slot;
  const uint64_t slot_seq = channel_->end_write(slot, info.seq);
  OutgoingFrame frame{std::move(info), slot, slot_seq};
  const std::lock_guard lock(mutex_);
  if (is_shut_) return true;
  const bool was_waiting = waiting_.has_value();
  // A camera cut must not get lost with the frame that carried it.
  if (was_waiting && waiting_->info.reset) frame.info.reset = true;
  waiting_ = std::move(frame);
  return was_waiting;
}

std::optional<OutgoingFrame> Outbox::take() {
  const std::lock_guard lock(mutex_);
  if (!waiting_ || in_flight_ >= kMostInFlight) return std::nullopt;
  std::optional<OutgoingFrame> frame;
  frame.swap(waiting_);
  is_in_flight_[frame->slot] = true;
  ++in_flight_;
  return frame;
}

bool Outbox::shut() {
  const std::lock_guard lock(mutex_);
  const bool was_waiting = waiting_.has_value();
  waiting_.reset();
  is_shut_ = true;
  return was_waiting;
}

void Outbox::release(uint32_t slot) {
  const std::lock_guard lock(mutex_);
  is_in_flight_[slot] = false;
  --in_flight_;
}

}  // namespace lsd
