#include "context_inbox.h"

namespace lsd {

void ContextInbox::allocate(size_t bytes) {
  for (Page& page : pages_) page.context.values = make_buffer(bytes);
}

bool ContextInbox::has_any() const {
  const std::lock_guard lock(mutex_);
  return newest_.has_value();
}

bool ContextInbox::publish() {
  const std::lock_guard lock(mutex_);
  const bool was_fresh = is_fresh_;
  newest_ = back_;
  is_fresh_ = true;
  for (size_t i = 0; i < kPages; ++i) {
    if (i != *newest_ && pages_[i].holds == 0) back_ = i;
  }
  return was_fresh;
}

ContextInbox::Held ContextInbox::acquire() {
  const std::lock_guard lock(mutex_);
  if (!newest_) return {};
  if (holds_ == LSD_MAX_CONTEXTS) return {nullptr, false, true};
  ++holds_;
  ++pages_[*newest_].holds;
  const bool is_new = is_fresh_;
  is_fresh_ = false;
  return {&pages_[*newest_].context, is_new, false};
}

bool ContextInbox::release(const void* context) {
  const std::lock_guard lock(mutex_);
  for (Page& page : pages_) {
    if (&page.context != context || page.holds == 0) continue;
    --page.holds;
    --holds_;
    return true;
  }
  return false;
}

}  // namespace lsd
