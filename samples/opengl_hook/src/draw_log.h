// What a frame has drawn so far: which picture the 3D pass is, when it is over, and with which matrices it was made.
#pragma once

#include <cstdint>
#include <vector>

#include "camera_vote.h"
#include "matrix.h"

namespace mirage_hook {

/** Where a draw call goes. */
struct Target {
  int framebuffer = 0;
  int viewport[4] = {0, 0, 0, 0}; /**< x, y, width, height */

  int64_t area() const { return int64_t{viewport[2]} * viewport[3]; }
  bool operator==(const Target& other) const;
};

/** One draw call with a perspective. */
struct PerspectiveDraw {
  Target target;
  Transform transform; /**< with a right-handed eye */
  float depth_range[2] = {0, 1};
  uint32_t vertices = 0;
};

/** A run of perspective draws to one target. */
struct Pass {
  Target target;
  int64_t vertices = 0;
  struct Group {
    Matrix projection;
    float depth_range[2];
    ObjectGroup object;
    int mark = 0; /**< of its pixels; 0: it was not drawn twice */
  };
  std::vector<Group> groups;

  /** Those that are drawn into most of the depth range: what the player holds and the sky often have a part of their
   * own. All, where there is none. */
  std::vector<const Group*> world() const;
  /** The world's group with most vertices: its projection is the pass's. Only for a pass that has groups. */
  const Group& heaviest() const;
};

/** A frame's passes. The main one is the one with most vertices, which is known only afterwards: the frame before tells
 * it.
 */
class DrawLog {
 public:
  /** A perspective draw. Returns the pass that it ended if that is the main one, else null (likewise below). */
  const Pass* perspective(const PerspectiveDraw& draw);
  /** The object of the last perspective draw; null: it found no room. Valid until the next call. */
  Pass::Group* last() { return last_ < pass_.groups.size() ? &pass_.groups[last_] : nullptr; }
  /** The last perspective draw had this many vertices, and was made one by one (`glBegin`). */
  void last_was_immediate(uint32_t vertices);
  /** A draw without perspective, a cleared depth buffer, or a copy out of the target: the pass before it is over. */
  const Pass* end_pass();
  /** The frame is shown. */
  const Pass* end_frame();

  /** Whether a draw of this size can be of the main pass: it fills at least half of the largest picture of this frame
   * and the last one. */
  bool large_enough(const Target& target);
  /** A window depth that objects in front of the world are confined to (0: none was seen). */
  float held_depth() const { return held_depth_; }

 private:
  bool is_main() const;

  Pass pass_;
  size_t last_ = 0; /**< index in its groups */
  bool open_ = false, main_done_ = false;
  struct Signature {
    bool window = true;
    int width = 0, height = 0;
    double vertices = 0;
  };
  Signature main_;         /**< of the frames before */
  Signature largest_pass_; /**< of this frame */
  int64_t largest_now_ = 0, largest_before_ = 0;
  float held_depth_ = 0;
};

}  // namespace mirage_hook
