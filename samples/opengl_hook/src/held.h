// What the player holds is not part of the world: the picture behind it is made up before the daemon sees it.
#pragma once

#include <cstdint>

namespace mirage_hook {

/** Fills the pixels whose depth is below 0 from the nearest others of their row, in between linearly; a row that is all
 * held takes the row above. `color`: width * height * 4. Returns how many there were.
 */
int64_t fill_held(uint8_t* color, float* depth, int width, int height);

}  // namespace mirage_hook
