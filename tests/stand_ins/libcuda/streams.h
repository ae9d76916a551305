#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "memory.h"

namespace stand_in {

/// How often an event was recorded, and which record is done; in shared memory where it is for several processes. Of a
/// process that is killed the record is never done: the worst that a driver could do.
struct EventState {
  std::atomic<uint32_t> recorded, done;
};

class Event {
 public:
  static std::shared_ptr<Event> create(bool is_shared);
  static std::shared_ptr<Event> open(const CUipcEventHandle& handle, CUresult* why);

  bool is_opened() const { return is_opened_; }
  CUresult export_to(CUipcEventHandle* out) const;
  uint32_t recorded() const { return state_->recorded.load(); }
  uint32_t record() { return state_->recorded.fetch_add(1) + 1; }
  bool is_done(uint32_t record) const { return static_cast<int32_t>(state_->done.load() - record) >= 0; }
  void finish(uint32_t record);
  void wait(uint32_t record) const;

 private:
  EventState own_{};
  EventState* state_ = &own_;
  std::shared_ptr<SharedBlock> block_;
  bool is_opened_ = false;
};

/// A thread that does one thing after another, each as late as LIBCUDA_STAND_IN_LAG_US says.
class Stream {
 public:
  using Work = std::function<CUresult()>;

  Stream();
  ~Stream();
  void push(Work work);
  /// Waits until all that was pushed is done.
  void drain();
  bool is_idle();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> queue_;
  bool is_ending_ = false;
  std::thread thread_;
};

/// The first error of work that was done later; every call after it returns it, as a broken context does.
CUresult sticky_error();

}  // namespace stand_in
