#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "messages.h"

namespace lsd {

/// A stream's controls: the group being put together, the groups to be sent, and the values that a new session needs.
class Controls {
 public:
  static constexpr size_t kMostValues = 32;

  // Engine threads.
  void begin();
  /// False: the group is full.
  bool set(std::string_view name, ControlValue value);
  /// The group's control_seq, or nothing when it is empty.
  std::optional<int64_t> commit(float transition_s);

  // The I/O thread.
  /// A new session knows nothing: what waits gives way to one message with all values, without a transition.
  void replay();
  std::optional<Control> next();
  void put_back(Control control);
  /// `result.control_seq`: all groups up to it have been answered.
  void confirm(int64_t control_seq);
  /// The daemon refused a group: its values are taken out again, else they would spoil every later replay.
  /// Without a number it is the newest one that has not been answered.
  void refuse(std::optional<int64_t> control_seq);

 private:
  struct Undo {
    int64_t control_seq;
    ControlValues values;
    std::vector<std::optional<ControlValue>> before;
  };
  static constexpr size_t kMostWaiting = 32;

  ControlValue* find(const std::string& name);
  void replay_locked();

  std::mutex mutex_;
  ControlValues group_;
  ControlValues merged_;
  std::deque<Control> waiting_;
  std::deque<Undo> unanswered_;
  int64_t newest_seq_ = 0;
};

}  // namespace lsd
