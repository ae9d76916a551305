// What the launcher tells the hook, in environment variables (docs/GAMES.md lists them).
#pragma once

#include <string>

#include "profile.h"

namespace mirage_hook {

struct Settings {
  Profile profile;       /**< its `shading` may be MIRAGE_LSD_HOOK_SHADING's */
  std::string controls;  /**< MIRAGE_LSD_HOOK_CONTROLS: name=text,... */
  std::string report;    /**< MIRAGE_LSD_HOOK_REPORT: a file that figures are written to; "": none */
  int lockstep_ms = 0;   /**< MIRAGE_LSD_HOOK_LOCKSTEP_MS: wait so long for each frame's own picture; 0: never wait */
  bool reproject = true; /**< MIRAGE_LSD_HOOK_REPROJECT=0: the last picture stays where it is until the next comes */
  bool bypassed = false; /**< MIRAGE_LSD_HOOK_BYPASS=1: begins as after F9 */
};

/** Problems are logged; what can't be used has its default. */
Settings read_settings();

}  // namespace mirage_hook
