#include "settings.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "log.h"

namespace mirage_hook {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

Settings read_settings() {
  Settings settings;
  const std::string path = variable("MIRAGE_LSD_HOOK_PROFILE");
  std::ifstream file(path);
  if (!path.empty() && !file) log("the profile %s can't be read; everything is guessed.", path.c_str());
  std::ostringstream text;
  if (file) text << file.rdbuf();
  std::vector<std::string> problems;
  settings.profile = parse_profile(text.str(), &problems);
  for (const std::string& problem : problems) log("%s, %s; the line is left out.", path.c_str(), problem.c_str());
  const std::string shading = variable("MIRAGE_LSD_HOOK_SHADING");
  if (!shading.empty() && !read_shading(shading, &settings.profile.shading))
    log("MIRAGE_LSD_HOOK_SHADING takes auto, daemon or engine; it is left out.");
  settings.controls = variable("MIRAGE_LSD_HOOK_CONTROLS");
  settings.report = variable("MIRAGE_LSD_HOOK_REPORT");
  settings.lockstep_ms = std::atoi(variable("MIRAGE_LSD_HOOK_LOCKSTEP_MS").c_str());
  settings.reproject = variable("MIRAGE_LSD_HOOK_REPROJECT") != "0";
  settings.bypassed = variable("MIRAGE_LSD_HOOK_BYPASS") == "1";
  return settings;
}

}  // namespace mirage_hook
