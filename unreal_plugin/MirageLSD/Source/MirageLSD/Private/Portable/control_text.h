// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <array>
#include <cstdint>
#include <string>

/** Values of controls as text: what a console, a theme or a Blueprint hands over. Each returns false, and leaves `out`
 * alone, for text that is none. */
namespace lsd_unreal {

bool number_from_text(const std::string& text, double& out);

/** 1, true, on, yes; 0, false, off, no. */
bool flag_from_text(const std::string& text, bool& out);

/** A whole number from 0 to 2^31 - 1. */
bool seed_from_text(const std::string& text, int64_t& out);

/** Three numbers, between them spaces or commas. */
bool vector_from_text(const std::string& text, std::array<double, 3>& out);

/** Linear light: three numbers, or #rrggbb, which is sRGB-encoded. */
bool color_from_text(const std::string& text, std::array<double, 3>& out);

}  // namespace lsd_unreal
