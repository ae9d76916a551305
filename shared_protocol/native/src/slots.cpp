#include "slots.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace lsd {
namespace {

constexpr const char* kClasses[] = {"unspecified", "skin",   "hair",     "outfit",   "foliage", "terrain",
                                    "building",    "prop",   "vehicle",  "water",    "glass",   "creature",
                                    "held",        "effect", "emissive", "interface"};

bool is_class(int32_t object_class) {
  return object_class >= 0 && object_class < static_cast<int32_t>(std::size(kClasses));
}

bool is_finite(const float (&values)[12]) {
  return std::all_of(std::begin(values), std::end(values), [](float value) { return std::isfinite(value); });
}

}  // namespace

const char* class_name(int32_t object_class) { return kClasses[is_class(object_class) ? object_class : 0]; }

bool read_slots(const lsd_slot* slots, int32_t count, SlotTable* out, const char** problem) {
  if (count < 0 || count > LSD_MAX_SLOTS) {
    *problem = "slot_count must be 0 to 255.";
    return false;
  }
  out->assign(slots, slots + count);
  for (lsd_slot& slot : *out) {
    if (slot.slot < 1 || slot.slot > LSD_MAX_SLOTS) {
      *problem = "A slot's number must be 1 to 255.";
      return false;
    }
    if (!is_class(slot.object_class)) {
      *problem = "A slot's class is none of lsd_class.";
      return false;
    }
    if ((slot.flags & LSD_SLOT_HAS_STRENGTH) == 0) slot.strength = 1;
    if ((slot.flags & LSD_SLOT_HAS_TRANSFORM) == 0)
      std::memset(slot.world_from_object, 0, sizeof slot.world_from_object);
    if ((slot.flags & LSD_SLOT_HAS_PREVIOUS) == 0) {
      std::memset(slot.previous_world_from_object, 0, sizeof slot.previous_world_from_object);
    }
    if (!(slot.strength >= 0 && slot.strength <= 1)) {
      *problem = "A slot's strength must be 0 to 1.";
      return false;
    }
    if (!is_finite(slot.world_from_object) || !is_finite(slot.previous_world_from_object)) {
      *problem = "A slot's transform holds a number that is not finite.";
      return false;
    }
  }
  return true;
}

bool same_slots(const SlotTable& one, const SlotTable& other) {
  return one.size() == other.size() && std::memcmp(one.data(), other.data(), one.size() * sizeof(lsd_slot)) == 0;
}

SlotTable SentSlots::changes(const SlotTable& table) {
  SlotTable changed;
  for (const lsd_slot& slot : table) {
    const auto at = static_cast<size_t>(slot.slot);
    if (is_known_[at] && std::memcmp(&sent_[at], &slot, sizeof slot) == 0) continue;
    is_known_[at] = true;
    sent_[at] = slot;
    changed.push_back(slot);
  }
  return changed;
}

void SentSlots::forget() { is_known_.fill(false); }

}  // namespace lsd
