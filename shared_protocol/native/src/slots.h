#pragma once

#include <array>
#include <vector>

#include "lsd/lsd.h"

namespace lsd {

/// A table of slots as the engine passed it, checked, members without their flag zeroed.
using SlotTable = std::vector<lsd_slot>;

/// Copies the engine's table. False with `*problem` set when an entry is out of range or not finite.
bool read_slots(const lsd_slot* slots, int32_t count, SlotTable* out, const char** problem);

bool same_slots(const SlotTable& one, const SlotTable& other);

/// What the daemon knows of a stream's slots: only what changed is sent.
class SentSlots {
 public:
  /// The entries that differ from what was sent, which from now on they count as.
  SlotTable changes(const SlotTable& table);
  /// A new session knows nothing.
  void forget();

 private:
  std::array<lsd_slot, LSD_MAX_SLOTS + 1> sent_{};
  std::array<bool, LSD_MAX_SLOTS + 1> is_known_{};
};

/// The name of a class on the wire; "unspecified" for what this version does not know.
const char* class_name(int32_t object_class);

}  // namespace lsd
