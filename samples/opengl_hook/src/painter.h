// The daemon as the hook sees it: frames go in, the newest picture comes out. Nothing here waits, but for `await` and
// `await_open`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "native_core.h"

namespace mirage_hook {

class Painter {
 public:
  /** `controls`: what to set at the start, `name=text,name=text`. */
  Painter(const NativeCore& core, const std::string& controls);

  /** Opens a stream of this size, in place of the one before; `ids`: with a plane of slots. */
  void open(int width, int height, bool ids) { open(width, height, ids, width, height, LSD_FORMAT_RGBA8); }
  /** Likewise a stream of contexts, for a picture of `shaded_width` x `shaded_height` that is shaded here. */
  void open_contexts(int width, int height, bool ids, int shaded_width, int shaded_height) {
    open(width, height, ids, shaded_width, shaded_height, LSD_FORMAT_CONTEXT);
  }
  /** The size of frames that contexts for such a picture are made from. */
  void context_plane_size(int shaded_width, int shaded_height, int* width, int* height) const;
  /** Waits for the stream to be open (in lockstep only). */
  void await_open(int milliseconds) const;
  /** What is handed over of a frame; row 0 on top. */
  struct Frame {
    const uint8_t* color;
    const float* depth;
    const uint8_t* ids; /**< only of a stream that was opened with them */
    const lsd_camera* camera;
    const std::vector<lsd_slot>& slots;
    int64_t t_capture_ns;
    bool reset;
  };
  /** Its number, or 0 where the daemon can't take it now. */
  int64_t submit(const Frame& frame);
  /** The newest picture that was not taken yet, or null; valid until the next call. */
  const lsd_result* newest();
  /** Waits for the picture of one frame, or a later one (for recordings in lockstep only); null: it did not come in
   * time. */
  const lsd_result* await(int64_t seq, int milliseconds);
  /** The newest context of a frame from `since` on, or null where there is none, or it was given before; valid until
   * `release_context`. `milliseconds`: waits so long. */
  const lsd_context* newest_context(int64_t since, int milliseconds);
  void release_context();
  /** Moves the number-th choice among the model's controls (0: the first, a theme's) to its next value. */
  void next_choice(int number);

  /** Whether pictures can be expected: while it is false what was painted last is out of date. */
  bool connected() const;
  /** Why the daemon refused the stream; "": it did not. */
  std::string refusal() const;
  lsd_stats stats() const;
  int64_t now_ns() const { return core_.lsd_now_ns(); }

 private:
  void open(int width, int height, bool ids, int output_width, int output_height, lsd_format output);
  void set(const char* control, const char* value, float transition_s);
  void say_notices();

  const NativeCore& core_;
  lsd_client* client_ = nullptr;
  lsd_stream* stream_ = nullptr;
  lsd_result result_{};
  lsd_context context_{};
  int width_ = 0, height_ = 0;
  std::string controls_;
  std::string model_ = "mirage-lsd-v1";
  int chosen_[2] = {-1, -1}; /**< of the first two choices; -1: the default */
};

}  // namespace mirage_hook
