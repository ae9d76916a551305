// What can't be read out of a game's OpenGL calls: a small text file a game (docs/GAMES.md has the format).
#pragma once

#include <string>
#include <vector>

namespace mirage_hook {

/** Bounded by what a fragment shader of OpenGL 3.0 may be told of each. */
constexpr int kMostMovingObjects = 32;

/** Where the model's last layers run. */
enum class Shading {
  kAuto,   /**< in the game's OpenGL, unless the CPU plays its graphics card */
  kDaemon, /**< pictures come from the daemon */
  kEngine  /**< in the game's OpenGL */
};
/** Reads `auto`, `daemon` or `engine`. */
bool read_shading(const std::string& text, Shading* out);

struct Profile {
  std::string name = "unknown game";
  double metres_per_unit = 0; /**< 0: guessed from the near plane */
  char up = 0;                /**< 'y' or 'z' in the game's world; 0: guessed from the camera's roll */
  double held_depth = -1; /**< window depth below which the game's own pixels stay; 0: nothing is held; -1: guessed */
  double sky_beyond = 0;  /**< metres from which on all is sky; 0: only what lies at the far plane */
  double exposure = 106;  /**< mean luma (0..255) that a darker picture is slowly brightened to; 0: as it is */
  int moving_objects = kMostMovingObjects; /**< so many are told apart at once; 0: none */
  int moving_class = 0;                    /**< lsd_class: what moving objects are */
  double moving_strength = 1;              /**< how much of the paint they take, 0..1 */
  Shading shading = Shading::kAuto;
  int width = 640, height = 360;            /**< the stream fits in this; the game's window may be larger */
  std::vector<std::string> guessed() const; /**< names of what is left to guessing */
};

/** Reads `text`: lines `key = value`, `#` begins a comment, keys that belong to the launcher are passed over.
 * Lines that can't be used are left out, with a sentence each in `problems`.
 */
Profile parse_profile(const std::string& text, std::vector<std::string>* problems);

}  // namespace mirage_hook
