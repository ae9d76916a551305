#include "streams.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <new>

namespace stand_in {
namespace {

std::atomic<CUresult> first_error{CUDA_SUCCESS};

std::chrono::microseconds lag() {
  static const char* const text = std::getenv("LIBCUDA_STAND_IN_LAG_US");
  return std::chrono::microseconds(text != nullptr ? std::atol(text) : 0);
}

long futex(std::atomic<uint32_t>* word, int operation, uint32_t value) {
  return syscall(SYS_futex, word, operation, value, nullptr, nullptr, 0);
}

}  // namespace

std::shared_ptr<Event> Event::create(bool is_shared) {
  auto event = std::make_shared<Event>();
  if (!is_shared) return event;
  event->block_ = SharedBlock::create(sizeof(EventState));
  if (event->block_ == nullptr) return nullptr;
  event->state_ = new (event->block_->host()) EventState{};
  return event;
}

std::shared_ptr<Event> Event::open(const CUipcEventHandle& handle, CUresult* why) {
  SharedHandle shared;
  std::memcpy(&shared, handle.reserved, sizeof shared);
  auto block = SharedBlock::open(shared, "event", why);
  if (block == nullptr) return nullptr;
  auto event = std::make_shared<Event>();
  event->state_ = reinterpret_cast<EventState*>(block->host());
  event->block_ = std::move(block);
  event->is_opened_ = true;
  return event;
}

CUresult Event::export_to(CUipcEventHandle* out) const {
  if (block_ == nullptr || is_opened_) return CUDA_ERROR_INVALID_HANDLE;
  *out = {};
  const SharedHandle handle = block_->handle("event");
  std::memcpy(out->reserved, &handle, sizeof handle);
  return CUDA_SUCCESS;
}

void Event::finish(uint32_t record) {
  state_->done = record;
  futex(&state_->done, FUTEX_WAKE, INT_MAX);
}

void Event::wait(uint32_t record) const {
  while (!is_done(record)) {
    const uint32_t seen = state_->done;
    if (static_cast<int32_t>(seen - record) < 0) futex(&state_->done, FUTEX_WAIT, seen);
  }
}

Stream::Stream() : thread_([this] { run(); }) {}

Stream::~Stream() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Stream::push(Work work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  changed_.notify_all();
}

void Stream::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.empty(); });
}

bool Stream::is_idle() {
  const std::lock_guard lock(mutex_);
  return queue_.empty();
}

void Stream::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Work work = queue_.front();
    lock.unlock();
    if (lag().count() > 0) std::this_thread::sleep_for(lag());
    const CUresult result = work();
    CUresult none = CUDA_SUCCESS;
    if (result != CUDA_SUCCESS) first_error.compare_exchange_strong(none, result);
    lock.lock();
    queue_.pop_front();  // only now: whoever drains waits for the work itself
    changed_.notify_all();
  }
}

CUresult sticky_error() { return first_error; }

}  // namespace stand_in
