#include "report.h"

#include <algorithm>
#include <fstream>

namespace mirage_hook {

void write_report(const std::string& path, const Figures& figures, const lsd_stats& stats, const ReportState& state) {
  const double passes = static_cast<double>(std::max<int64_t>(figures.passes, 1));
  std::ofstream file(path, std::ios::trunc);
  file << "{\"frames\": " << figures.frames << ", \"passes\": " << figures.passes
       << ", \"captured\": " << figures.captured << ", \"painted\": " << figures.painted
       << ", \"cuts\": " << figures.cuts << ", \"moving\": " << static_cast<double>(figures.moving) / passes
       << ", \"support\": " << figures.support / passes << ", \"hook_ms\": " << figures.microseconds / 1000 / passes
       << ", \"gamma\": " << state.gamma << ", \"up\": \"" << state.up << "\", \"held_depth\": " << state.held_depth
       << ", \"width\": " << state.width << ", \"height\": " << state.height << ", \"shading\": \""
       << (state.shades ? "engine" : "daemon") << "\", \"core_profile\": " << (state.core_profile ? "true" : "false")
       << ", \"results_per_second\": " << stats.fps << ", \"latency_ms_p50\": " << stats.latency_ms_p50
       << ", \"latency_ms_p95\": " << stats.latency_ms_p95 << ", \"reconnects\": " << stats.reconnects << "}\n";
}

}  // namespace mirage_hook
