#include "keys.h"

namespace mirage_hook {
namespace {

constexpr int64_t kSamePressNs = 200000000;

}  // namespace

void Keys::pressed(Key key, int64_t now_ns) {
  const size_t i = static_cast<size_t>(key);
  const int64_t before = seen_ns_[i].exchange(now_ns);
  if (before == 0 || now_ns - before > kSamePressNs) waiting_[i] = true;
}

bool Keys::take(Key key) { return waiting_[static_cast<size_t>(key)].exchange(false); }

}  // namespace mirage_hook
