// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "slot_numbers.h"

#include <algorithm>

namespace lsd_unreal {

void give_slot_numbers(std::vector<int>& numbers, const TakenNumbers& taken) {
  TakenNumbers used = taken;
  used[0] = true;
  const auto room = static_cast<size_t>(std::count(used.begin(), used.end(), false));
  const size_t count = std::min(numbers.size(), room);
  std::fill(numbers.begin() + static_cast<std::ptrdiff_t>(count), numbers.end(), 0);
  for (size_t i = 0; i < count; ++i) {
    int& number = numbers[i];
    if (number < 0 || number > kMostSlots || used[static_cast<size_t>(number)]) number = 0;
    used[static_cast<size_t>(number)] = true;
  }
  int next = kMostSlots;
  for (size_t i = 0; i < count; ++i) {
    if (numbers[i] != 0) continue;
    while (used[static_cast<size_t>(next)]) --next;
    numbers[i] = next;
    used[static_cast<size_t>(next)] = true;
  }
}

}  // namespace lsd_unreal
