#pragma once

#include <deque>
#include <mutex>
#include <optional>

#include "messages.h"

namespace lsd {

/// Notices that the engine has not taken yet: the newest 16.
class Notices {
 public:
  void add(Notice notice) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(notice));
    if (waiting_.size() > kMost) waiting_.pop_front();
  }
  std::optional<Notice> take() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    Notice notice = std::move(waiting_.front());
    waiting_.pop_front();
    return notice;
  }

 private:
  static constexpr size_t kMost = 16;
  std::mutex mutex_;
  std::deque<Notice> waiting_;
};

}  // namespace lsd
