// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <array>
#include <vector>

namespace lsd_unreal {

/** A byte has room for no more; 0 is the rest of the world. */
inline constexpr int kMostSlots = 255;

/** By number: whether it is another's. */
using TakenNumbers = std::array<bool, kMostSlots + 1>;

/** Gives numbers to things, the most important first. `numbers[i]`: what thing i had, 0 for none; afterwards what it
 * has, 0 where there was no room. A thing that had one keeps it as long as it is not taken. New ones come from the top:
 * games that use stencil values of their own begin at 1. */
void give_slot_numbers(std::vector<int>& numbers, const TakenNumbers& taken);

}  // namespace lsd_unreal
