// The library's interface as on a processor with AMX, whose instructions are stood in for (instructions.h).
// AMX_STAND_IN_REFUSED in the environment: the system doesn't lend the tiles.
#include <cstdlib>

#include "../../../bridge_server/shader/src/tile_permission.h"

namespace mirage {

struct CpuFeatures {
  bool amx_bf16 = true;
};
inline CpuFeatures cpu_features() { return {}; }
inline bool tiles_lent() { return std::getenv("AMX_STAND_IN_REFUSED") == nullptr; }

}  // namespace mirage

#define tiles_permitted tiles_lent
#include "../../../bridge_server/shader/src/api.cpp"
