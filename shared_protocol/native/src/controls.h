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
  static constexpr size_t kMostValues = 64;  ///< of a message

  // Engine threads.
  void begin();
  /// False: the group would have more controls, or more bytes, than a message holds.
  bool set(std::string_view name, ControlValue value);
  /// The group's control_seq, or nothing when it is empty.
  std::optional<int64_t> commit(float transition_s);

  // The I/O thread.
  /// A new session knows nothing: what waits gives way to all values, without a transition, in one message or, where
  /// one cannot hold them, in several.
  void replay();
  std::optional<Control> next();
  void put_back(Control control);
  /// `result.control_seq`: all groups up to it have been answered.
  void confirm(int64_t control_seq);
  /// The daemon refused a group: exactly its values are taken out again, else they would spoil every later replay.
  /// Without a number it is the newest one that has not been answered. Of a refused replay each value is tried once
  /// more by itself: the daemon that came back may lack one control and have all the others.
  void refuse(std::optional<int64_t> control_seq);

 private:
  struct Undo {
    int64_t control_seq;
    ControlValues values;
    std::vector<std::optional<ControlValue>> before;
    bool is_replay = false;
  };
  static constexpr size_t kMostWaiting = 32;
  static constexpr size_t kMostUnanswered = 256;

  ControlValue* find(const std::string& name);
  void replay_locked();
  void send_again(int64_t control_seq, ControlValues values, bool is_replay);
  void take_out(const Undo& refused, std::deque<Undo>::iterator later);
  void expect_answer(Undo undo);

  std::mutex mutex_;
  ControlValues group_;
  ControlValues merged_;
  std::deque<Control> waiting_;
  std::deque<Undo> unanswered_;
  int64_t newest_seq_ = 0;
};

}  // namespace lsd
