#include "slots.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>

namespace lsd {
namespace {

constexpr std::string_view kClasses[] = {"unspecified", "skin",   "hair",     "outfit",   "foliage", "terrain",
                                         "building",    "prop",   "vehicle",  "water",    "glass",   "creature",
                                         "held",        "effect", "emissive", "interface"};

// Compared as bytes: no padding may differ in them.
static_assert(sizeof(lsd_slot) == 4 * 4 + 24 * 4);

bool is_same(const lsd_slot& a, const lsd_slot& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

bool has(const lsd_slot& slot, lsd_slot_flags flag) { return (slot.flags & flag) != 0; }

template <size_t N>
bool is_finite(const float (&values)[N]) {
  return std::all_of(std::begin(values), std::end(values), [](float value) { return std::isfinite(value); });
}

std::string entry_problem(const lsd_slot& slot) {
  if (slot.slot < 1 || slot.slot > LSD_MAX_SLOTS) return "has a number that is not 1 to 255";
  if (class_name(slot.object_class).empty()) return "has an unknown class; use LSD_CLASS_UNSPECIFIED";
  if (has(slot, LSD_SLOT_HAS_STRENGTH) && !(slot.strength >= 0 && slot.strength <= 1)) {
    return "has a strength that is not 0 to 1";
  }
  if (has(slot, LSD_SLOT_HAS_TRANSFORM) && !is_finite(slot.world_from_object)) {
    return "has a matrix with a number that is not finite";
  }
  if (has(slot, LSD_SLOT_HAS_PREVIOUS) && !is_finite(slot.previous_world_from_object)) {
    return "has a previous matrix with a number that is not finite";
  }
  return "";
}

lsd_slot normalized(const lsd_slot& slot) {
  lsd_slot clean{};
  clean.slot = slot.slot;
  clean.object_class = slot.object_class;
  clean.flags = slot.flags & (LSD_SLOT_HAS_STRENGTH | LSD_SLOT_HAS_TRANSFORM | LSD_SLOT_HAS_PREVIOUS);
  if (has(slot, LSD_SLOT_HAS_STRENGTH)) clean.strength = slot.strength;
  if (has(slot, LSD_SLOT_HAS_TRANSFORM)) std::copy_n(slot.world_from_object, 12, clean.world_from_object);
  if (has(slot, LSD_SLOT_HAS_PREVIOUS)) {
    std::copy_n(slot.previous_world_from_object, 12, clean.previous_world_from_object);
  }
  return clean;
}

}  // namespace

std::string_view class_name(int32_t object_class) {
  if (object_class < 0 || object_class >= static_cast<int32_t>(std::size(kClasses))) return "";
  return kClasses[object_class];
}

std::string slots_problem(const lsd_slot* slots, int32_t count) {
  if (count < 0 || count > LSD_MAX_SLOTS) return "slot_count must be 0 to 255.";
  if (count > 0 && slots == nullptr) return "slot_count is not 0, but slots is null.";
  std::array<bool, LSD_MAX_SLOTS + 1> is_there{};
  for (int32_t i = 0; i < count; ++i) {
    const std::string problem = entry_problem(slots[i]);
    if (!problem.empty()) return "Entry " + std::to_string(i) + " of the table of slots " + problem + ".";
    bool& is_taken = is_there[static_cast<size_t>(slots[i].slot)];
    if (is_taken) return "The table of slots has two entries for slot " + std::to_string(slots[i].slot) + ".";
    is_taken = true;
  }
  return "";
}

SlotTable make_slot_table(const lsd_slot* slots, int32_t count, const SlotTable& before) {
  const auto is_as_before = [](const lsd_slot& slot, const lsd_slot& known) {
    return is_same(normalized(slot), known);
  };
  if (before != nullptr && before->size() == static_cast<size_t>(count) &&
      std::equal(slots, slots + count, before->begin(), is_as_before)) {
    return before;
  }
  auto table = std::make_shared<std::vector<lsd_slot>>();
  table->reserve(static_cast<size_t>(count));
  std::transform(slots, slots + count, std::back_inserter(*table), normalized);
  return table;
}

std::vector<const lsd_slot*> SentSlots::changes(const SlotTable& table) const {
  std::vector<const lsd_slot*> changed;
  if (table == nullptr || table == newest_) return changed;
  for (const lsd_slot& slot : *table) {
    const auto& known = known_[static_cast<size_t>(slot.slot)];
    if (!known || !is_same(*known, slot)) changed.push_back(&slot);
  }
  return changed;
}

void SentSlots::sent(const SlotTable& table) {
  if (table == nullptr || table == newest_) return;
  for (const lsd_slot& slot : *table) known_[static_cast<size_t>(slot.slot)] = slot;
  newest_ = table;
}

void SentSlots::forget() {
  known_.fill(std::nullopt);
  newest_.reset();
}

}  // namespace lsd
