#pragma once

#include <cstdint>
#include <vector>

namespace lsd {

/// What shading needs besides a context, for one setting of the controls. Never changed once it is shared.
struct ShadingWeights {
  int64_t seq = 0;         ///< the daemon's number for it, of this session
  int64_t generation = 0;  ///< this stream's own, over all sessions
  int64_t control_seq = 0;
  std::vector<uint16_t> numbers;  ///< float16
  float seed[3] = {};
  float sun[3] = {};
  float palette[24] = {};
  float strength = 1;
};

}  // namespace lsd
