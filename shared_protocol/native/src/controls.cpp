#include "controls.h"

#include <algorithm>

namespace lsd {
namespace {

ControlValue* find_in(ControlValues& values, std::string_view name) {
  const auto found = std::find_if(values.begin(), values.end(), [&](const auto& pair) { return pair.first == name; });
  return found == values.end() ? nullptr : &found->second;
}

}  // namespace

ControlValue* Controls::find(const std::string& name) { return find_in(merged_, name); }

void Controls::begin() {
  const std::lock_guard lock(mutex_);
  group_.clear();
}

bool Controls::set(std::string_view name, ControlValue value) {
  const std::lock_guard lock(mutex_);
  if (ControlValue* present = find_in(group_, name)) {
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
  unanswered_.push_back(std::move(undo));
  if (unanswered_.size() > kMostWaiting) unanswered_.pop_front();
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
  if (!merged_.empty()) waiting_.push_back({newest_seq_, merged_, 0});
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
  auto refused = std::prev(unanswered_.end());
  if (control_seq) {
    refused = std::find_if(unanswered_.begin(), unanswered_.end(),
                           [&](const Undo& undo) { return undo.control_seq == *control_seq; });
    if (refused == unanswered_.end()) return;
  }
  for (size_t i = 0; i < refused->values.size(); ++i) {
    // No structured binding: C++17 does not let the lambda below capture one.
    const std::string& name = refused->values[i].first;
    const ControlValue& value = refused->values[i].second;
    ControlValue* present = find(name);
    if (present == nullptr || *present != value) continue;  // a later group set it again
    if (refused->before[i]) {
      *present = *refused->before[i];
    } else {
      merged_.erase(std::find_if(merged_.begin(), merged_.end(), [&](const auto& pair) { return pair.first == name; }));
    }
  }
  unanswered_.erase(refused);
}

}  // namespace lsd
