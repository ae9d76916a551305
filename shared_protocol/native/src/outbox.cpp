#include "outbox.h"

namespace lsd {

uint32_t Outbox::begin_write() {
  uint32_t slot = last_written_;
  {
    const std::lock_guard lock(mutex_);
    // Round robin gives a reader of an older slot the longest time. At most three slots are excluded: one waits, and
    // one is announced (shared) or two are in the socket (inline).
    do {
      slot = (slot + 1) % kSlots;
    } while (is_in_flight_[slot] || slot == last_announced_ || (waiting_ && waiting_->slot == slot));
  }
  channel_->begin_write(slot);
  return slot;
}

bool Outbox::end_write(uint32_t slot, const FrameInfo& info) {
  last_written_ = slot;
  OutgoingFrame frame{info, slot, channel_->end_write(slot, info.seq)};
  const std::lock_guard lock(mutex_);
  if (is_shut_) return true;
  const bool was_waiting = waiting_.has_value();
  // A camera cut must not get lost with the frame that carried it.
  if (was_waiting && waiting_->info.reset) frame.info.reset = true;
  // Nor its table of slots, where this one brings none.
  if (was_waiting && frame.info.slots == nullptr) frame.info.slots = waiting_->info.slots;
  waiting_ = frame;
  return was_waiting;
}

std::optional<OutgoingFrame> Outbox::take() {
  const std::lock_guard lock(mutex_);
  if (!waiting_ || in_flight_ >= kMostInFlight) return std::nullopt;
  std::optional<OutgoingFrame> frame;
  frame.swap(waiting_);
  if (channel_->sends_out_of_slots()) {
    is_in_flight_[frame->slot] = true;
    ++in_flight_;
  } else {
    last_announced_ = frame->slot;
  }
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
