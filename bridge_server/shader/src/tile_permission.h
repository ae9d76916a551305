// Linux lends the tiles of AMX only to processes that have asked.
#pragma once

#ifdef MIRAGE_AMX

#include <sys/syscall.h>
#include <unistd.h>

namespace mirage {

// Asks once; threads that exist and those that will be created have the answer too. False: refused, as by a kernel
// before 5.16, without AMX, or because a thread's signal stack is too small for the tiles.
inline bool tiles_permitted() {
  constexpr long kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM, which headers of older systems lack
  constexpr long kTileData = 18;               // XFEATURE_XTILEDATA
  static const bool granted = syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
  return granted;
}

}  // namespace mirage

#endif
