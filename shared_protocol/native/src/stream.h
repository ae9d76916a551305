#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "camera_history.h"
#include "client_status.h"
#include "context_inbox.h"
#include "controls.h"
#include "cuda/surface.h"
#include "frame_layout.h"
#include "inbox.h"
#include "latency.h"
#include "notices.h"
#include "outbox.h"
#include "progress.h"
#include "shading_shape.h"
#include "wakeup.h"

namespace lsd {

struct StreamConfig {
  std::string model;
  FrameLayout layout;
  int32_t output_width = 0, output_height = 0, output_format = LSD_FORMAT_RGBA8;
  lsd_transport transport = LSD_TRANSPORT_AUTO;
  int32_t max_steps = 3;
  int32_t seed = 0;
  float fps = 0;
  int32_t output_alpha = LSD_ALPHA_OPAQUE;
  std::shared_ptr<CudaDevice> cuda;  ///< where planes and results are; null: in host memory

  bool has_surfaces() const { return cuda != nullptr && cuda->takes_surfaces(); }
  bool has_contexts() const { return output_format == LSD_FORMAT_CONTEXT; }
  size_t output_bytes() const {
    if (has_contexts()) return context_bytes(output_width, output_height);
    return static_cast<size_t>(output_width) * static_cast<size_t>(output_height) * 4;
  }
};

/// The planes of a frame that are textures or buffers of the engine's.
struct SurfaceFrame {
  std::array<const CudaSurface*, LSD_MAX_PLANES> planes{};
  FenceUse use;
};

/// What the engine's threads and the I/O thread share of a stream.
class Stream {
 public:
  Stream(StreamConfig config, std::shared_ptr<const ClientStatus> client, std::shared_ptr<Wakeup> wakeup)
      : config_(std::move(config)), client_(std::move(client)), wakeup_(std::move(wakeup)) {}
  ~Stream() {
    if (config_.cuda != nullptr) config_.cuda->settle();  // what it copies out of goes with this object
  }
  Stream(const Stream&) = delete;

  const StreamConfig& config() const { return config_; }

  // Engine threads.
  /// `surfaces`: for streams that take them, in place of the frame's planes; null for all others.
  lsd_status submit(const lsd_frame& frame, const SurfaceFrame* surfaces, int64_t* out_seq);
  lsd_status acquire(lsd_result* out);
  lsd_status acquire_into(const CudaSurface& target, const FenceUse& use, lsd_result* out);
  lsd_status acquire_context(lsd_context* out);
  lsd_status release_context(lsd_context* context);
  Controls& controls() { return controls_; }
  int64_t commit_controls(float transition_s);
  void reset();
  lsd_stream_state state() const { return static_cast<lsd_stream_state>(state_.load()); }
  std::string last_error() const { return last_error_.get(); }
  void fill_stats(lsd_stats* out) const;
  bool stage_percentiles(const std::string& stage, Percentiles* out) const;
  std::string stage_names() const;
  Notices& notices() { return notices_; }
  ProgressState& progress() { return progress_; }
  const ProgressState& progress() const { return progress_; }

  // The I/O thread.
  void set_state(lsd_stream_state state) { state_ = state; }
  void set_last_error(std::string sentence) { last_error_.set(std::move(sentence)); }
  void attach(std::shared_ptr<Outbox> outbox);
  void detach();
  Inbox& inbox() { return inbox_; }
  ContextInbox& contexts() { return contexts_; }
  std::optional<lsd_camera> camera_of(int64_t seq) const { return cameras_.find(seq); }
  bool take_reset() { return is_reset_wanted_.exchange(false); }
  void put_back_reset() { is_reset_wanted_ = true; }
  void count_sent() { ++sent_; }
  void count_dropped() { ++dropped_client_; }
  void count_result(const Result& result, int64_t now_ns);
  void count_dropped_result() { ++dropped_results_; }
  Wakeup& wakeup() { return *wakeup_; }

 private:
  std::shared_ptr<Outbox> outbox() const;
  lsd_status check_planes(const lsd_frame& frame, const SurfaceFrame* surfaces) const;
  lsd_status copy_planes(Outbox& box, uint32_t slot, const lsd_frame& frame, const SurfaceFrame* surfaces,
                         std::string* problem);
  lsd_status take_result(const IncomingFrame** frame, lsd_result* out);

  const StreamConfig config_;
  const std::shared_ptr<const ClientStatus> client_;
  const std::shared_ptr<Wakeup> wakeup_;

  std::mutex submit_mutex_;  ///< between threads of the engine only: the I/O thread never takes it
  int64_t next_seq_ = 1;
  std::shared_ptr<const SlotTable> slots_;  ///< as submitted last

  mutable std::mutex outbox_mutex_;  ///< held to copy or swap the pointer
  std::shared_ptr<Outbox> outbox_;

  CameraHistory cameras_;
  Notices notices_;
  ProgressState progress_;
  Inbox inbox_;
  ContextInbox contexts_;
  Controls controls_;
  SharedText last_error_;
  std::atomic<int32_t> state_{LSD_STREAM_PENDING};
  std::atomic<int32_t> transport_{LSD_TRANSPORT_AUTO};
  std::atomic<bool> is_reset_wanted_{false};

  std::atomic<int64_t> submitted_{0}, sent_{0}, returned_{0};
  std::atomic<int64_t> dropped_client_{0}, dropped_results_{0};
  std::atomic<int64_t> dropped_daemon_{0}, dropped_daemon_before_{0};

  mutable std::mutex statistics_mutex_;
  RateCounter results_;
  LatencyWindow latency_ms_;
  std::map<std::string, LatencyWindow> stages_ms_;
};

}  // namespace lsd
