#include "profile.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>

namespace mirage_hook {
namespace {

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool read_number(const std::string& text, double least, double most, double* out) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != 0 || !std::isfinite(value) || value < least || value > most) return false;
  *out = value;
  return true;
}

bool read_size(const std::string& text, int* width, int* height) {
  const size_t x = text.find('x');
  double w = 0, h = 0;
  if (x == std::string::npos || !read_number(text.substr(0, x), 64, 4096, &w) ||
      !read_number(text.substr(x + 1), 64, 4096, &h))
    return false;
  *width = static_cast<int>(w);
  *height = static_cast<int>(h);
  return true;
}

/** Of lsd_class, in its order. */
constexpr const char* kClasses[] = {"unspecified", "skin",   "hair",     "outfit",   "foliage", "terrain",
                                    "building",    "prop",   "vehicle",  "water",    "glass",   "creature",
                                    "held",        "effect", "emissive", "interface"};

bool read_class(const std::string& text, int* out) {
  const auto* found = std::find(std::begin(kClasses), std::end(kClasses), text);
  if (found == std::end(kClasses)) return false;
  *out = static_cast<int>(found - std::begin(kClasses));
  return true;
}

bool read_count(const std::string& text, int most, int* out) {
  double value = 0;
  if (!read_number(text, 0, most, &value) || value != std::floor(value)) return false;
  *out = static_cast<int>(value);
  return true;
}

}  // namespace

bool read_shading(const std::string& text, Shading* out) {
  if (text != "auto" && text != "daemon" && text != "engine") return false;
  *out = text == "auto" ? Shading::kAuto : text == "daemon" ? Shading::kDaemon : Shading::kEngine;
  return true;
}

std::vector<std::string> Profile::guessed() const {
  std::vector<std::string> names;
  if (metres_per_unit <= 0) names.push_back("metres_per_unit");
  if (up == 0) names.push_back("up");
  if (held_depth < 0) names.push_back("held_depth");
  return names;
}

Profile parse_profile(const std::string& text, std::vector<std::string>* problems) {
  Profile profile;
  using Reader = std::function<bool(const std::string&)>;
  const auto number = [](double least, double most, double* out) -> Reader {
    return [=](const std::string& value) { return read_number(value, least, most, out); };
  };
  const std::map<std::string, std::pair<Reader, const char*>> readers = {
      {"name", {[&](const std::string& v) { return !v.empty() && (profile.name = v, true); }, "takes a text"}},
      {"metres_per_unit", {number(1e-5, 1e5, &profile.metres_per_unit), "takes a number from 0.00001 to 100000"}},
      {"up",
       {[&](const std::string& v) { return (v == "y" || v == "z") && (profile.up = v[0], true); }, "takes y or z"}},
      {"held_depth", {number(0, 1, &profile.held_depth), "takes a window depth from 0 to 1"}},
      {"sky_beyond", {number(0, 1e7, &profile.sky_beyond), "takes metres, 0 or more"}},
      {"exposure", {number(0, 255, &profile.exposure), "takes a luma from 0 to 255"}},
      {"moving_objects",
       {[&](const std::string& v) { return read_count(v, kMostMovingObjects, &profile.moving_objects); },
        "takes a whole number from 0 to 32"}},
      {"moving_class",
       {[&](const std::string& v) { return read_class(v, &profile.moving_class); },
        "takes a class of the protocol (prop, vehicle, creature, ...)"}},
      {"moving_strength", {number(0, 1, &profile.moving_strength), "takes a number from 0 to 1"}},
      {"shading",
       {[&](const std::string& v) { return read_shading(v, &profile.shading); }, "takes auto, daemon or engine"}},
      {"size",
       {[&](const std::string& v) { return read_size(v, &profile.width, &profile.height); },
        "takes WIDTHxHEIGHT, each 64 to 4096"}},
  };
  std::istringstream lines(text);
  std::string line;
  for (int number_of_line = 1; std::getline(lines, line); number_of_line++) {
    line = trimmed(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const size_t equals = line.find('=');
    const std::string where = "line " + std::to_string(number_of_line) + ": ";
    if (equals == std::string::npos) {
      problems->push_back(where + "not of the form `key = value`");
      continue;
    }
    const std::string key = trimmed(line.substr(0, equals));
    const auto reader = readers.find(key);
    if (reader != readers.end() && !reader->second.first(trimmed(line.substr(equals + 1))))
      problems->push_back(where + key + " " + reader->second.second);
  }
  return profile;
}

}  // namespace mirage_hook
