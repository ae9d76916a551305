// What CudaDevice does for engines with surfaces and fences.

#include <thread>

#include "device.h"
#include "surface.h"

namespace lsd {
namespace {

constexpr std::chrono::microseconds kPoll{200};
constexpr std::chrono::milliseconds kLongestSettling{1000};
constexpr std::chrono::milliseconds kSettlingOfTheNext{20};  // of a fence that nobody signals any more
constexpr const char* kStuck =
    "The engine's fence does not reach the value that its frames wait for; a frame was dropped.";

}  // namespace

bool CudaDevice::start_lanes(std::string* problem) {
  planes_stream_ = results_stream_ = nullptr;
  if (!check(driver_.cuStreamCreate(&planes_stream_, kCudaStreamNonBlocking), "cuStreamCreate", problem) ||
      !check(driver_.cuStreamCreate(&results_stream_, kCudaStreamNonBlocking), "cuStreamCreate", problem)) {
    return false;
  }
  for (Lane* lane : {&planes_lane_, &results_lane_}) {
    for (Queued& queued : lane->queued) {
      if (!check(driver_.cuEventCreate(&queued.done, kCudaEventPlain), "cuEventCreate", problem)) return false;
    }
  }
  return true;
}

void CudaDevice::stop_lanes() {
  settle();
  for (Lane* lane : {&planes_lane_, &results_lane_}) {
    for (Queued& queued : lane->queued) {
      if (queued.done != nullptr) driver_.cuEventDestroy_v2(queued.done);
    }
  }
  for (CudaStream* stream : {planes_stream_, results_stream_}) {
    if (stream != nullptr) driver_.cuStreamDestroy_v2(stream);
  }
}

bool CudaDevice::is_done_within(CudaEvent* event, std::chrono::milliseconds time) const {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (!is_done(event)) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

bool CudaDevice::wait_for(CudaStream* stream, const FenceUse& use, std::string* problem) {
  if (use.fence == nullptr || use.wait_value == 0) return true;
  CudaFenceValue value{};
  value.value = use.wait_value;
  const CudaResult result = driver_.cuWaitExternalSemaphoresAsync(&use.fence, &value, 1, stream);
  return check(result, "cuWaitExternalSemaphoresAsync", problem);
}

bool CudaDevice::signal(CudaStream* stream, const FenceUse& use, std::string* problem) {
  if (use.fence == nullptr || use.signal_value == 0) return true;
  CudaFenceValue value{};
  value.value = use.signal_value;
  const CudaResult result = driver_.cuSignalExternalSemaphoresAsync(&use.fence, &value, 1, stream);
  return check(result, "cuSignalExternalSemaphoresAsync", problem);
}

void CudaDevice::keep(Lane& lane, CudaStream* stream, const FenceUse& use) {
  Queued& queued = lane.queued[lane.next];
  lane.next = (lane.next + 1) % kMostQueued;
  queued.use = use;
  driver_.cuEventRecord(queued.done, stream);
}

lsd_status CudaDevice::copy_surfaces(std::byte* target, bool is_on_device, const FrameLayout& layout,
                                     const CudaSurface* const* surfaces, const FenceUse& use, std::string* problem) {
  const Scope scope(*this);
  const std::lock_guard lock(planes_lane_.mutex);
  // A copy to the host is waited for below: the wait before has been done unless its fence stands.
  const size_t awaited = is_on_device ? planes_lane_.next : (planes_lane_.next + kMostQueued - 1) % kMostQueued;
  if (!is_done(planes_lane_.queued[awaited].done)) {
    *problem = kStuck;
    return LSD_NOTHING;
  }
  bool is_right = wait_for(planes_stream_, use, problem);
  if (is_right && !is_on_device) {
    keep(planes_lane_, planes_stream_, use);
    const size_t last = (planes_lane_.next + kMostQueued - 1) % kMostQueued;
    if (!is_done_within(planes_lane_.queued[last].done, kLongestFenceWait)) {
      *problem = kStuck;
      return LSD_NOTHING;
    }
  }
  for (int32_t i = 0; is_right && i < layout.plane_count; ++i) {
    const PlaneLayout& plane = layout.planes[i];
    CudaRows rows{};
    surfaces[i]->be_source(&rows);
    rows.target_type = is_on_device ? kCudaMemoryDevice : kCudaMemoryHost;
    rows.target_device = is_on_device ? reinterpret_cast<CudaAddress>(target + plane.offset) : 0;
    rows.target_host = is_on_device ? nullptr : target + plane.offset;
    rows.target_pitch = rows.width_bytes = plane.row_bytes;
    rows.height = static_cast<size_t>(layout.height);
    is_right = check(driver_.cuMemcpy2DAsync_v2(&rows, planes_stream_), "cuMemcpy2DAsync", problem);
  }
  is_right = is_right && signal(planes_stream_, use, problem);
  if (is_on_device) {
    keep(planes_lane_, planes_stream_, use);
  } else if (is_right) {
    is_right = check(driver_.cuStreamSynchronize(planes_stream_), "cuStreamSynchronize", problem);
  }
  return is_right ? LSD_OK : LSD_ERROR_INTERNAL;
}

bool CudaDevice::are_results_stuck() {
  const Scope scope(*this);
  const std::lock_guard lock(results_lane_.mutex);
  return !is_done(results_lane_.queued[results_lane_.next].done);
}

lsd_status CudaDevice::copy_into(const CudaSurface& surface, const std::byte* source, size_t row_bytes, size_t height,
                                 const FenceUse& use, std::string* problem) {
  const Scope scope(*this);
  const std::lock_guard lock(results_lane_.mutex);
  CudaRows rows{};
  surface.be_target(&rows);
  rows.source_type = kCudaMemoryDevice;
  rows.source_device = reinterpret_cast<CudaAddress>(source);
  rows.source_pitch = rows.width_bytes = row_bytes;
  rows.height = height;
  const bool is_right = wait_for(results_stream_, use, problem) &&
                        check(driver_.cuMemcpy2DAsync_v2(&rows, results_stream_), "cuMemcpy2DAsync", problem) &&
                        signal(results_stream_, use, problem);
  keep(results_lane_, results_stream_, use);
  return is_right ? LSD_OK : LSD_ERROR_INTERNAL;
}

void CudaDevice::settle() {
  if (!has_lanes_) return;
  const Scope scope(*this);
  settle(planes_lane_);
  settle(results_lane_);
}

void CudaDevice::settle(Lane& lane) {
  const std::lock_guard lock(lane.mutex);
  auto patience = kLongestSettling;
  for (size_t i = 0; i < kMostQueued; ++i) {
    const Queued& stuck = lane.queued[(lane.next + i) % kMostQueued];
    if (stuck.done == nullptr || is_done_within(stuck.done, patience)) continue;
    // The first that is not done is what the fence holds up. One after the other, so that its values only rise: each
    // copy signals a higher one.
    CudaStream* helper = nullptr;
    std::string ignored;
    if (driver_.cuStreamCreate(&helper, kCudaStreamNonBlocking) != kCudaSuccess) return;
    signal(helper, {stuck.use.fence, 0, stuck.use.wait_value}, &ignored);
    driver_.cuStreamSynchronize(helper);
    driver_.cuStreamDestroy_v2(helper);
    is_done_within(stuck.done, kLongestSettling);
    patience = kSettlingOfTheNext;
  }
}

}  // namespace lsd
