// The keys that steer the painting, on their way to the game.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mirage_hook {

enum class Key { kBypass = 0, kTheme = 1, kLight = 2 };

class Keys {
 public:
  /** A key went down, as one of the game's event functions told. The same key within 0.2 s is the same press: it may
   * come by more than one function, and repeats while it is held. */
  void pressed(Key key, int64_t now_ns);
  /** Whether it was pressed since the last call. */
  bool take(Key key);

 private:
  std::atomic<int64_t> seen_ns_[3]{};
  std::atomic<bool> waiting_[3]{};
};

}  // namespace mirage_hook
