#include "controls.h"

#include <algorithm>
#include <iterator>

namespace lsd {
namespace {

// Of one message's values; the rest of the header has room beside the larger one. A group is smaller than a message of
// a replay, so that the values of n groups always fit n messages.
constexpr size_t kMostGroupBytes = 48 * 1024;
constexpr size_t kMostReplayBytes = 60 * 1024;

ControlValue* find_in(ControlValues& values, std::string_view name) {
  const auto found = std::find_if(values.begin(), values.end(), [&](const auto& pair) { return pair.first == name; });
  return found == values.end() ? nullptr : &found->second;
}

/// In msgpack, at most.
size_t encoded_bytes(std::string_view name, const ControlValue& value) {
  size_t bytes = name.size() + 2 + 9;
  if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
  if (const auto* floats = std::get_if<std::vector<float>>(&value)) bytes += 5 * floats->size();
  return bytes;
}

size_t encoded_bytes(const ControlValues& values) {
  size_t bytes = 0;
  for (const auto& [name, value] : values) bytes += encoded_bytes(name, value);
  return bytes;
}

}  // namespace

ControlValue* Controls::find(const std::string& name) { return find_in(merged_, name); }

void Controls::begin() {
  const std::lock_guard lock(mutex_);
  group_.clear();
}

bool Controls::set(std::string_view name, ControlValue value) {
  const std::lock_guard lock(mutex_);
  ControlValue* present = find_in(group_, name);
  const size_t replaced = present != nullptr ? encoded_bytes(name, *present) : 0;
  if (encoded_bytes(group_) - replaced + encoded_bytes(name, value) > kMostGroupBytes) return false;
  if (present != nullptr) {
    *present = std::move(value);
    return true;
  }
  if (group_.size() >= kMostValues) return false;
  group_.emplace_back(name, std::move(value));
  return true;
}

std::optional<int64_t> Controls::commit(float transition_s) {
  const std::lock_guard lock(mutex_);
  if (group_.empty()) return std::nullopt;
  Undo undo{++newest_seq_, group_, {}};
  for (const auto& [name, value] : group_) {
    ControlValue* present = find(name);
    undo.before.push_back(present != nullptr ? std::optional(*present) : std::nullopt);
    if (present != nullptr) {
      *present = value;
    } else {
      merged_.emplace_back(name, value);
    }
  }
  expect_answer(std::move(undo));
  waiting_.push_back({newest_seq_, std::move(group_), transition_s});
  group_.clear();
  if (waiting_.size() > kMostWaiting) replay_locked();
  return newest_seq_;
}

void Controls::replay() {
  const std::lock_guard lock(mutex_);
  replay_locked();
}

void Controls::replay_locked() {
  waiting_.clear();
  unanswered_.clear();
  std::vector<ControlValues> messages;
  size_t bytes = 0;
  for (const auto& [name, value] : merged_) {
    bytes += encoded_bytes(name, value);
    if (messages.empty() || messages.back().size() >= kMostValues || bytes > kMostReplayBytes) {
      messages.emplace_back();
      bytes = encoded_bytes(name, value);
    }
    messages.back().emplace_back(name, value);
  }
  // The last one has the number that the engine knows.
  const auto count = static_cast<int64_t>(messages.size());
  newest_seq_ = std::max(newest_seq_, count);
  int64_t control_seq = newest_seq_ - count;
  for (ControlValues& values : messages) send_again(++control_seq, std::move(values), true);
}

void Controls::send_again(int64_t control_seq, ControlValues values, bool is_replay) {
  std::vector<std::optional<ControlValue>> nothing_before(values.size());
  waiting_.push_back({control_seq, values, 0});
  expect_answer({control_seq, std::move(values), std::move(nothing_before), is_replay});
}

void Controls::expect_answer(Undo undo) {
  unanswered_.push_back(std::move(undo));
  if (unanswered_.size() > kMostUnanswered) unanswered_.pop_front();
}

std::optional<Control> Controls::next() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  Control control = std::move(waiting_.front());
  waiting_.pop_front();
  return control;
}

void Controls::put_back(Control control) {
  const std::lock_guard lock(mutex_);
  waiting_.push_front(std::move(control));
}

void Controls::confirm(int64_t control_seq) {
  const std::lock_guard lock(mutex_);
  while (!unanswered_.empty() && unanswered_.front().control_seq <= control_seq) unanswered_.pop_front();
}

void Controls::refuse(std::optional<int64_t> control_seq) {
  const std::lock_guard lock(mutex_);
  if (unanswered_.empty()) return;
  auto found = std::prev(unanswered_.end());
  if (control_seq) {
    found = std::find_if(unanswered_.begin(), unanswered_.end(),
                         [&](const Undo& undo) { return undo.control_seq == *control_seq; });
    if (found == unanswered_.end()) return;
  }
  const Undo refused = std::move(*found);
  const auto later = unanswered_.erase(found);
  if (!refused.is_replay || refused.values.size() == 1) {
    take_out(refused, later);
    return;
  }
  for (const auto& pair : refused.values) {
    const ControlValue* present = find(pair.first);
    if (present != nullptr && *present == pair.second) send_again(++newest_seq_, {pair}, true);
  }
}

void Controls::take_out(const Undo& refused, std::deque<Undo>::iterator later) {
  for (size_t i = 0; i < refused.values.size(); ++i) {
    // No structured binding: C++17 does not let a lambda capture one.
    const std::string& name = refused.values[i].first;
    const std::optional<ControlValue>& before = refused.before[i];
    const auto sets_it = [&](const auto& pair) { return pair.first == name; };
    bool was_set_again = false;
    for (auto each = later; each != unanswered_.end() && !was_set_again; ++each) {
      const auto set = std::find_if(each->values.begin(), each->values.end(), sets_it);
      if (set == each->values.end()) continue;
      // Should that group be refused too, the value must not come back.
      each->before[static_cast<size_t>(set - each->values.begin())] = before;
      was_set_again = true;
    }
    ControlValue* present = find(name);
    if (was_set_again || present == nullptr || *present != refused.values[i].second) continue;
    if (before) {
      *present = *before;
    } else {
      merged_.erase(std::find_if(merged_.begin(), merged_.end(), sets_it));
    }
  }
}

}  // namespace lsd
