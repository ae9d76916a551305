// Figures of a game that is painted, for tests and benches.
#pragma once

#include <lsd/lsd.h>

#include <cstdint>
#include <string>

namespace mirage_hook {

struct Figures {
  int64_t frames = 0, passes = 0, captured = 0, painted = 0, cuts = 0;
  double support = 0, microseconds = 0; /**< over all passes */
  int64_t moving = 0;                   /**< objects, over all passes */
};

/** What it is now. */
struct ReportState {
  double gamma;
  char up;
  float held_depth;
  int width, height;
  bool shades, core_profile;
};

/** Writes a JSON file, in place of the one before. */
void write_report(const std::string& path, const Figures& figures, const lsd_stats& stats, const ReportState& state);

}  // namespace mirage_hook
