#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lsd/lsd.h"

namespace lsd {

/// The engine's table of slots as it was with one frame; frames between which it did not change share it. What an
/// entry's flags leave out is zero.
using SlotTable = std::shared_ptr<const std::vector<lsd_slot>>;

/// The name in the protocol; "" when there is no such class.
std::string_view class_name(int32_t object_class);

/// A sentence, or "" when the table is in order.
std::string slots_problem(const lsd_slot* slots, int32_t count);

/// `before`, or a new table when `slots` differ from it.
SlotTable make_slot_table(const lsd_slot* slots, int32_t count, const SlotTable& before);

/// What the daemon knows of a stream's slots. Belongs to the I/O thread.
class SentSlots {
 public:
  /// The entries of the table that the daemon does not have as they are.
  std::vector<const lsd_slot*> changes(const SlotTable& table) const;
  /// The frame with the changes to this table went out.
  void sent(const SlotTable& table);
  /// A new session, or the stream was opened anew: the daemon knows nothing.
  void forget();

 private:
  std::array<std::optional<lsd_slot>, LSD_MAX_SLOTS + 1> known_;
  SlotTable newest_;  ///< all of it is known
};

}  // namespace lsd
