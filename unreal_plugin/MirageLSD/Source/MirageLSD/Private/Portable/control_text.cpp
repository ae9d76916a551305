// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "control_text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

#include "picture_write.h"

namespace lsd_unreal {
namespace {

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t");
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

bool number_from_text(const std::string& text, double& out) {
  const std::string word = trimmed(text);
  // strtod also takes "inf", "nan" and hexadecimal numbers.
  if (word.empty() || word.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
  char* end = nullptr;
  const double value = std::strtod(word.c_str(), &end);
  if (*end != '\0' || !std::isfinite(value)) return false;
  out = value;
  return true;
}

bool flag_from_text(const std::string& text, bool& out) {
  std::string word = trimmed(text);
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool on = word == "1" || word == "true" || word == "on" || word == "yes";
  if (!on && word != "0" && word != "false" && word != "off" && word != "no") return false;
  out = on;
  return true;
}

bool seed_from_text(const std::string& text, int64_t& out) {
  double value = 0.0;
  if (!number_from_text(text, value) || value < 0.0 || value > 2147483647.0 || value != std::floor(value)) return false;
  out = static_cast<int64_t>(value);
  return true;
}

bool vector_from_text(const std::string& text, std::array<double, 3>& out) {
  std::string words = text;
  std::replace(words.begin(), words.end(), ',', ' ');
  std::array<double, 3> values = {};
  size_t at = 0;
  for (double& value : values) {
    const size_t begin = words.find_first_not_of(' ', at);
    if (begin == std::string::npos) return false;
    at = std::min(words.find(' ', begin), words.size());
    if (!number_from_text(words.substr(begin, at - begin), value)) return false;
  }
  if (words.find_first_not_of(' ', at) != std::string::npos) return false;
  out = values;
  return true;
}

bool color_from_text(const std::string& text, std::array<double, 3>& out) {
  const std::string word = trimmed(text);
  if (word.empty() || word[0] != '#') return vector_from_text(word, out);
  if (word.size() != 7 || word.find_first_not_of("0123456789abcdefABCDEF", 1) != std::string::npos) return false;
  const unsigned long value = std::strtoul(word.c_str() + 1, nullptr, 16);
  for (int i = 0; i < 3; ++i) {
    out[static_cast<size_t>(i)] = linear_from_srgb(static_cast<uint8_t>(value >> (16 - 8 * i) & 0xFF));
  }
  return true;
}

}  // namespace lsd_unreal
