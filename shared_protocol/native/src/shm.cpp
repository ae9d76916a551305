#include "shm.h"

namespace lsd {
namespace {

constexpr std::string_view kStem = "lsd-";
constexpr size_t kRandomDigits = 32;
constexpr size_t kMostPidDigits = 10;

}  // namespace

bool is_ring_name(std::string_view name, std::string_view prefix) {
  if (name.substr(0, prefix.size()) != prefix) return false;
  name.remove_prefix(prefix.size());
  if (name.substr(0, kStem.size()) != kStem) return false;
  name.remove_prefix(kStem.size());
  const size_t dash = name.find('-');
  if (dash == 0 || dash == std::string_view::npos || dash > kMostPidDigits) return false;
  if (name.find_first_not_of("0123456789") != dash) return false;
  name.remove_prefix(dash + 1);
  return name.size() == kRandomDigits && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string make_ring_name(std::string_view prefix, int64_t pid, const unsigned char (&random)[16]) {
  constexpr char digits[] = "0123456789abcdef";
  std::string name{prefix};
  name.append(kStem).append(std::to_string(pid)).append("-");
  for (const unsigned char byte : random) {
    name.push_back(digits[byte >> 4]);
    name.push_back(digits[byte & 15]);
  }
  return name;
}

}  // namespace lsd
