#include "log.h"

namespace lsd {
namespace {

// Problem names can hold an error code that the daemon chose.
constexpr size_t kMostProblems = 256;

}  // namespace

void Log::write(lsd_log_level level, const std::string& message) const {
  if (callback_ != nullptr) callback_(user_, level, message.c_str());
}

void Log::once(lsd_log_level level, const std::string& problem, const std::string& message) {
  if (said_.size() >= kMostProblems) said_.clear();
  if (said_.insert(problem).second) write(level, message);
}

}  // namespace lsd
