// The library's interface as on a processor with AMX, whose instructions are stood in for (instructions.h).
// AMX_STAND_IN_REFUSED in the environment: the system doesn't lend the tiles. AMX_STAND_IN_WRONG: they read other rows
// than they are told.
#include <cstdlib>

#include "../../../bridge_server/shader/src/tile_permission.h"
#include "tiles.h"

namespace mirage {

struct CpuFeatures {
  bool amx_bf16 = true;
};
inline CpuFeatures cpu_features() { return {}; }
inline bool tiles_lent() { return std::getenv("AMX_STAND_IN_REFUSED") == nullptr; }

}  // namespace mirage

[[maybe_unused]] static const bool is_wrong = [] {
  const bool asked = std::getenv("AMX_STAND_IN_WRONG") != nullptr;
  if (asked) stand_in::planted = stand_in::Planted::kStrideTooShort;
  return asked;
}();

#define tiles_permitted tiles_lent
#include "../../../bridge_server/shader/src/api.cpp"
