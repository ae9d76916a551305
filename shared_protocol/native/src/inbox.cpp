#include "inbox.h"

namespace lsd {

void Inbox::allocate(size_t bytes, const std::shared_ptr<CudaDevice>& device) {
  for (IncomingFrame& frame : frames_) {
    frame.pixels = device != nullptr ? make_device_buffer(device, bytes) : make_buffer(bytes);
  }
}

bool Inbox::publish() {
  const uint32_t previous = newest_.exchange(back_ | kFresh, std::memory_order_acq_rel);
  back_ = previous & kIndex;
  return (previous & kFresh) != 0;
}

const IncomingFrame* Inbox::take() {
  if (!has_newer()) return nullptr;
  front_ = newest_.exchange(front_, std::memory_order_acq_rel) & kIndex;
  return &frames_[front_];
}

}  // namespace lsd
