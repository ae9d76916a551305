#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "buffer.h"
#include "lsd/lsd.h"
#include "messages.h"
#include "shading_weights.h"

namespace lsd {

struct IncomingContext {
  Buffer values;
  ResultTimes times;
  int64_t seq = 0;
  int64_t control_seq = 0;
  std::optional<lsd_camera> camera;  ///< of the frame that it was made for
  std::shared_ptr<const ShadingWeights> weights;
};

/// Contexts between the I/O thread and the engine's threads. The newest stays until there is a newer one, and those
/// that an engine holds stay until it lets go; there is always one more to be filled. The lock is held to turn a page.
class ContextInbox {
 public:
  // The I/O thread.
  void allocate(size_t bytes);
  bool is_allocated() const { return pages_.front().context.values != nullptr; }
  bool has_any() const;
  /// One that nobody holds.
  IncomingContext& back() { return pages_[back_].context; }
  /// Makes back() the newest. True when that replaced one that was never acquired.
  bool publish();

  // Any thread.
  struct Held {
    const IncomingContext* context = nullptr;  ///< null: none has come yet, or too many are held
    bool is_new = false;
    bool are_too_many = false;
  };
  Held acquire();
  /// False: it is not held.
  bool release(const void* context);

 private:
  // As many as an engine may hold, the newest, and the one that is being filled.
  static constexpr size_t kPages = LSD_MAX_CONTEXTS + 2;
  struct Page {
    IncomingContext context;
    int holds = 0;
  };

  mutable std::mutex mutex_;
  std::array<Page, kPages> pages_;
  size_t back_ = 0;  ///< the I/O thread's
  std::optional<size_t> newest_;
  bool is_fresh_ = false;
  int holds_ = 0;
};

}  // namespace lsd
