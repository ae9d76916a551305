#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "../frame_layout.h"
#include "driver_api.h"

namespace lsd {

class CudaSurface;

/// When the card may touch a surface of the engine's, and what it says when it has done so; 0: nothing.
struct FenceUse {
  CudaExternalSemaphore* fence = nullptr;
  uint64_t wait_value = 0, signal_value = 0;
};

/// A card as one stream uses it: the engine's CUDA stream, in which planes are written and results read, and a stream
/// of its own for the I/O thread. Device memory is passed as std::byte*, which nobody may look into.
///
/// An engine that draws by Vulkan or Direct3D has no CUDA stream, but surfaces and fences. For it there are two lanes:
/// streams of this class that wait for its fences, one for planes and one for results, so that neither holds up the
/// other. No thread waits for a fence without an end, because the engine may never signal it.
///
/// What can fail returns false, with one sentence in `*problem`.
class CudaDevice {
 public:
  /// Null with `*problem` set when there is no such card. `stream`: the engine's, null: the legacy default stream.
  static std::shared_ptr<CudaDevice> open(int32_t ordinal, void* stream, std::string* problem);
  /// The same for an engine with surfaces.
  static std::shared_ptr<CudaDevice> open_for_surfaces(int32_t ordinal, std::string* problem);
  ~CudaDevice();
  CudaDevice(const CudaDevice&) = delete;

  /// Makes the card's primary context current in a thread that may have another one, and puts that back.
  class Scope;
  const CudaDriver& driver() const { return driver_; }
  bool check(CudaResult result, const char* function, std::string* problem) const;

  bool takes_surfaces() const { return has_lanes_; }
  const std::string& uuid() const { return uuid_; }  ///< "GPU-" and 36 characters, as NVIDIA's tools write it

  bool allocate(size_t bytes, std::byte** out, std::string* problem);
  void free(std::byte* memory);

  // The engine's threads.
  /// Copies the planes of a frame in the engine's stream; returns before that is done where the target is on the card.
  bool copy_planes(std::byte* target, bool is_on_device, const FrameLayout& layout, const lsd_frame& frame,
                   std::string* problem);
  /// As copy_planes, after the fence, in the lane of planes; the planes' sizes have been compared. LSD_NOTHING: the
  /// fence does not reach its value. With LSD_OK, and only then, the fence is signalled.
  lsd_status copy_surfaces(std::byte* target, bool is_on_device, const FrameLayout& layout,
                           const CudaSurface* const* surfaces, const FenceUse& use, std::string* problem);
  /// Whether the lane of results is held up by a fence.
  bool are_results_stuck();
  /// Copies a tightly packed result into a surface, in the lane of results, and returns before that is done.
  lsd_status copy_into(const CudaSurface& surface, const std::byte* source, size_t row_bytes, size_t height,
                       const FenceUse& use, std::string* problem);
  /// Waits a second for what is queued in the lanes. What a fence still holds up then is let go, by signalling it in
  /// the engine's place: it is ending, or it has lost its device.
  void settle();
  /// Says in the engine's stream that what was queued there so far may still read a result.
  bool mark_read(std::string* problem);

  // The I/O thread. Each waits for the copy, and before it for what the engine queued before `mark_read`.
  bool copy_result(std::byte* target, const std::byte* source, size_t bytes, std::string* problem);
  bool upload_result(std::byte* target, const std::byte* host, size_t bytes, std::string* problem);

  // Between processes; handles are written as hex digits.
  bool has_ipc() const { return has_ipc_; }
  bool export_memory(std::byte* memory, std::string* handle, std::string* problem);
  /// The peer's memory, if it is at least `bytes` long.
  bool open_memory(const std::string& handle, size_t bytes, std::byte** out, std::string* problem);
  void close_memory(std::byte* memory);
  bool create_event(CudaEvent** out, std::string* handle, std::string* problem);
  /// After what was recorded last is done.
  void destroy_event(CudaEvent* event);
  bool record(CudaEvent* event, std::string* problem);

 private:
  /// How long a thread waits for a fence, when it has to.
  static constexpr std::chrono::milliseconds kLongestFenceWait{250};
  /// Frames that may wait for their fences at a time.
  static constexpr size_t kMostQueued = 8;
  struct Queued {
    CudaEvent* done = nullptr;
    FenceUse use;
  };
  struct Lane {
    std::mutex mutex;
    std::array<Queued, kMostQueued> queued;  ///< in a ring
    size_t next = 0;
  };

  CudaDevice(const CudaDriver& driver, int device, void* stream, bool has_lanes)
      : driver_(driver),
        device_(device),
        has_lanes_(has_lanes),
        planes_stream_(static_cast<CudaStream*>(stream)),
        results_stream_(planes_stream_) {}

  static std::shared_ptr<CudaDevice> open(int32_t ordinal, void* stream, bool has_lanes, std::string* problem);
  bool start(std::string* problem);
  bool start_lanes(std::string* problem);
  void stop_lanes();
  bool copy_back(CudaRows rows, std::string* problem);
  bool is_done(CudaEvent* event) const { return driver_.cuEventQuery(event) != kCudaNotReady; }
  bool is_done_within(CudaEvent* event, std::chrono::milliseconds time) const;
  bool wait_for(CudaStream* stream, const FenceUse& use, std::string* problem);
  bool signal(CudaStream* stream, const FenceUse& use, std::string* problem);
  /// Keeps when what was queued in the lane's stream is done.
  void keep(Lane& lane, CudaStream* stream, const FenceUse& use);
  void settle(Lane& lane);

  const CudaDriver& driver_;
  const int device_;
  const bool has_lanes_;
  CudaContext* context_ = nullptr;
  CudaStream* planes_stream_;   ///< the engine's, or a lane's
  CudaStream* results_stream_;  ///< the engine's, or a lane's
  CudaStream* own_stream_ = nullptr;
  CudaEvent* read_ = nullptr;
  Lane planes_lane_, results_lane_;
  std::string uuid_;
  bool has_ipc_ = false;
};

class CudaDevice::Scope {
 public:
  explicit Scope(const CudaDevice& device) : driver_(device.driver_) { driver_.cuCtxPushCurrent_v2(device.context_); }
  ~Scope() {
    CudaContext* mine = nullptr;
    driver_.cuCtxPopCurrent_v2(&mine);
  }
  Scope(const Scope&) = delete;

 private:
  const CudaDriver& driver_;
};

}  // namespace lsd
