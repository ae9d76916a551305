// The hook: watches what a game draws, and paints its world before the interface is drawn over it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "camera_vote.h"
#include "capture.h"
#include "draw_log.h"
#include "engine_shading.h"
#include "exposure.h"
#include "gl_api.h"
#include "immediate.h"
#include "keys.h"
#include "moving_objects.h"
#include "painter.h"
#include "report.h"
#include "settings.h"
#include "shader_matrices.h"
#include "world_axes.h"
#include "write_back.h"

namespace mirage_hook {

/** Calls come from the game's threads, just before the call they are named after. Only the thread that shows frames
 * counts; before its first frame nothing is watched. Nothing throws, nothing waits for the daemon (but in lockstep,
 * where that is asked for).
 */
class Hook {
 public:
  Hook();

  /** Returns whether the call is to be made twice: once before `drawn_twice`, then as the game wants it. `repeatable`:
   * it is whole, and changes nothing but its framebuffer. */
  bool draw(int64_t vertices, bool repeatable);
  void drawn_twice();
  /** Before `glBegin`, with a guess of how many there will be, in place of `draw`; after `glEnd`. */
  void immediate_begins(int64_t vertices);
  void immediate_ends(int64_t vertices);
  void clear(unsigned mask);
  void copy_from_framebuffer();
  void list_begins(GLuint first);
  void list_ends() { list_ = 0; }
  /** Vertices of a display list that was made since the start. */
  int64_t list_vertices(GLuint list) const;
  void program_changes(GLuint program);
  /** `context`: what is current, whoever made it. */
  void swap(void* context);

  Keys& keys() { return keys_; }

 private:
  /** What must be known of a frame until its picture comes. */
  struct Moment {
    int64_t number = 0, seq = 0, t_capture_ns = 0;
    Matrix view, projection;
    lsd_camera camera{};
    bool has_camera = false, reset = false;
    std::vector<MovingObject> moving;
    std::vector<lsd_slot> slots;
  };

  bool watching() const;
  void start(void* context);
  void pass_over(const Pass& pass);
  void paint(const Pass& pass, Moment* moment, ViewDepth* depth);
  bool prepare(const Target& target);
  /** Makes what shades here, where that is wanted and can be. */
  void prepare_shading();
  /** The daemon's pictures instead, from the next pass on. */
  void give_up_shading(const std::string& why);
  /** What was painted last is out of date. */
  void forget_painted();
  void submit_arrived(bool wait);
  void take_result();
  void take_context();
  void steer();
  void tell_guesses();
  void write_report() const;
  void drop_surfaces(bool context_alive);

  Settings settings_;
  const GlApi* gl_ = nullptr;
  void* context_ = nullptr;
  bool failed_ = false, busy_ = false;
  GLuint list_ = 0;
  std::unordered_map<GLuint, int64_t> list_vertices_;
  Immediate immediate_;

  DrawLog draws_;
  std::unique_ptr<ShaderMatrices> shaders_;
  CameraVote vote_;
  WorldAxes axes_;
  MovingObjects moving_;
  Keys keys_;

  std::unique_ptr<Painter> painter_;
  std::unique_ptr<Capture> capture_;
  std::unique_ptr<WriteBack> write_back_;
  std::unique_ptr<EngineShading> engine_; /**< null: the daemon sends pictures */
  int pass_width_ = 0, pass_height_ = 0, width_ = 0, height_ = 0;
  std::array<Moment, 64> moments_;
  Moment shown_;                        /**< of the picture that was uploaded last; seq 0: none */
  int64_t awaited_ = 0, submitted_ = 0; /**< numbers of the stream's frames */
  int64_t fresh_from_ = 0;              /**< contexts of earlier frames are out of date */
  Exposure exposure_;
  bool reset_next_ = true, told_ = false, told_samples_ = false, shades_ = true;
  Figures figures_;
};

/** The one of this process. */
Hook& hook();
/** Whether this is the thread that shows frames: the others are let through without a further look. */
bool on_render_thread();

}  // namespace mirage_hook
